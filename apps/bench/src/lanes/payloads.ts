import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from './exchange.ts';
import { WrongAnswer } from './lane.ts';

/** What a payload is made of. */
export type PayloadKind = 'string' | 'objects' | 'Uint8Array';

/** Makes payloads of a size, each with the number of its call, and checks what comes back. One call at a time. */
export const payloadsOf: Readonly<Record<PayloadKind, (bytes: number) => Exchange>> = {
  string(bytes) {
    const rest = 'a'.repeat(bytes - numberLength);
    const input = (number: number): string => String(number).padStart(numberLength, '0') + rest;
    return {
      input,
      check: (number, answer) => assertSame(number, answer, answer === input(number)),
    };
  },
  objects(bytes) {
    const rows = rowsOf(bytes);
    return {
      input: (number) => ({ number, rows }),
      check(number, answer) {
        const got = answer as { readonly number?: unknown; readonly rows?: readonly unknown[] };
        // To compare all of it would take longer than to send it.
        const isSame =
          got?.number === number &&
          got.rows?.length === rows.length &&
          isDeepStrictEqual(got.rows.at(-1), rows.at(-1));
        assertSame(number, answer, isSame);
      },
    };
  },
  Uint8Array(bytes) {
    const payload = new Uint8Array(bytes).fill(97);
    const numberIn = new DataView(payload.buffer);
    const input = (number: number): Uint8Array => {
      numberIn.setFloat64(0, number);
      return payload;
    };
    return {
      input,
      check(number, answer) {
        const isSame = answer instanceof Uint8Array && Buffer.compare(answer, input(number)) === 0;
        assertSame(number, answer, isSame);
      },
    };
  },
};

const numberLength = 16;

/** Gives rows as a database would, about so many bytes of JSON. */
function rowsOf(bytes: number): readonly object[] {
  const row = (index: number): object => ({
    id: 1_000_000 + index,
    name: `customer ${index}`,
    isActive: index % 2 === 0,
    balance: index / 4,
    tags: ['new', 'abroad'],
  });
  return Array.from(
    { length: Math.max(1, Math.round(bytes / JSON.stringify(row(9_999)).length)) },
    (_, index) => row(index),
  );
}

/** The error says what kind of thing came back, not all of it. */
function assertSame(number: number, answer: unknown, isSame: boolean): void {
  if (!isSame) throw new WrongAnswer(`the payload of call ${number}`, `${typeof answer}, another`);
}
