import { styleText } from 'node:util';

// styleText leaves its text as it is where stdout is no terminal or NO_COLOR is set.

/** Text that stands out. */
export const bold = (text: string): string => styleText('bold', text);

/** Text that stands back. */
export const dim = (text: string): string => styleText('dim', text);

/** Text that says that all is well. */
export const good = (text: string): string => styleText('green', text);

/** Text that says that something is wrong. */
export const bad = (text: string): string => styleText('red', text);

/** Text of a guest, without anything that would make a terminal do more than show it. */
export const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, '?');

/** An amount of minor units with its currency: `EUR 1,234.50`. */
export function money(minorUnits: number, currency: string): string {
  const digits = currency === 'JPY' ? 0 : 2;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${currency} ${(minorUnits / 10 ** digits).toLocaleString('en-US', format)}`;
}

/** A count with its noun: `1 job`, `1,200 jobs`. */
export function count(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}
