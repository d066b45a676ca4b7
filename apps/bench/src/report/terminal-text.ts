import { styleText } from 'node:util';
import type { Ratio } from '../method/ratio.ts';

// styleText leaves its text as it is where stdout is no terminal or NO_COLOR is set.

/** Text that stands out. */
export const bold = (text: string): string => styleText('bold', text);

/** Text that stands back. */
export const dim = (text: string): string => styleText('dim', text);

/** Text that says that all is well. */
export const good = (text: string): string => styleText('green', text);

/** Text that says that something is wrong. */
export const bad = (text: string): string => styleText('red', text);

/** A measured number with three digits and its unit: `1,230 calls/s`. */
export function measured(value: number, unit: string): string {
  if (Number.isNaN(value)) return 'no number';
  const digits = value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
  return unit === '' || unit === 'x' ? `${digits}${unit}` : `${digits} ${unit}`;
}

/** A ratio with its spread: `1.08x (1.02-1.15, 6 rounds)`. */
export function ratioText({ median, low, high, roundCount }: Ratio): string {
  const spread = `${measured(low, '')}-${measured(high, '')}`;
  return `${measured(median, 'x')} (${spread}, ${counted(roundCount, 'round')})`;
}

/** A count with its noun: `1 call`, `1,200 calls`. */
export function counted(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}
