import { inspect, styleText } from 'node:util';
import { encodeValue } from '@waybill/protocol/http';
import { jsonLine, oneLine, printable } from './printable.ts';
import { tableLines } from './table.ts';

/** Where a command prints: results to stdout, all else to stderr. */
export class Output {
  /** Whether a program reads stdout: JSON then, one document or one a line. */
  readonly isJson: boolean;

  constructor(isJson: boolean) {
    this.isJson = isJson;
  }

  /** Prints a result: what `people` says, or the record as JSON. */
  result(record: unknown, people: () => string): void {
    process.stdout.write(`${this.isJson ? jsonLine(record) : printable(people())}\n`);
  }

  /** Prints a list: a table, or each record as a line of JSON. */
  list<T>(
    records: readonly T[],
    heading: readonly string[],
    toRow: (record: T) => readonly string[],
  ): void {
    const lines = this.isJson
      ? records.map((record) => jsonLine(record))
      : tableLines(heading, records.map(toRow));
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** Says something that is no result. */
  note(text: string): void {
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Says what went wrong, in one line. */
  error(text: string): void {
    const mark = styleText('red', 'waybill:', { stream: process.stderr });
    process.stderr.write(`${mark} ${oneLine(text)}\n`);
  }
}

/** A value of a guest for people, and for `jq`: text as it is, JSON where that can hold the value, else as Node.js shows it. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const isPlain = encodeValue(value).parcel === undefined;
  if (isPlain) return JSON.stringify(value, null, 2);
  return inspect(value, { depth: 16, maxArrayLength: 1_000, maxStringLength: 100_000 });
}

/** A moment for people, in their own time zone. */
export function showMoment(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 19).replace('T', ' ');
}
