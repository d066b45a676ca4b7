import { InvalidArgumentError } from 'commander';
import { limitTable, type LimitOverrides } from '@waybill/protocol';
import { hintAt } from '@waybill/protocol/parse';

/** Makes a reader of a whole number in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Reads `90`, `90s`, `5m`, `2h` or `1d`. @returns seconds */
export function parseDuration(text: string): number {
  const { count, unit = 's' } = /^(?<count>\d{1,9})(?<unit>[smhd])?$/.exec(text)?.groups ?? {};
  if (count === undefined)
    throw new InvalidArgumentError('Expected a time such as 90s, 5m, 2h or 1d.');
  return Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
}

/** Reads a moment of RFC 3339. @returns ms since 1970 */
export function parseMoment(text: string): number {
  const ms = Date.parse(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('Expected a moment such as 2026-11-22T10:00:00Z.');
}

/** Reads one more `name=number` of the limits. */
export function collectLimit(text: string, limits: LimitOverrides = {}): LimitOverrides {
  const { name = '', number = '' } = /^(?<name>\w+)=(?<number>\d+)$/.exec(text)?.groups ?? {};
  if (Object.hasOwn(limitTable, name)) return { ...limits, [name]: Number(number) };
  if (name === '') throw new InvalidArgumentError('Expected a limit such as wallMs=5000.');
  throw new InvalidArgumentError(
    `There is no limit ${JSON.stringify(name)}: ${hintAt(name, Object.keys(limitTable))}.`,
  );
}

/** Adds one more text to a list. */
export function collect(text: string, list: readonly string[] = []): readonly string[] {
  return [...list, text];
}
