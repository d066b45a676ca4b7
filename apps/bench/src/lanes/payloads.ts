import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from './exchange.ts';
import { WrongAnswer } from './lane.ts';

/** What a payload is made of. */
export type PayloadKind = 'string' | 'objects' | 'Uint8Array';

/**
 * Payloads of a size, made ahead: no call takes longer because its payload has to be made. There are some that differ, which calls
 * have by turns, so that none is right with what belongs to the call before it. One call at a time.
 */
export const payloadsOf: Readonly<Record<PayloadKind, (bytes: number) => Exchange>> = {
  string(bytes) {
    // One flat text: a repeated one would be put together by the call that first sends it.
    const input = byTurn((which) => Buffer.alloc(bytes, String(which)).toString('latin1'));
    return {
      input,
      check: (number, answer) => assertSame(number, answer, answer === input(number)),
    };
  },
  objects(bytes) {
    const rows = rowsOf(bytes);
    const input = byTurn((which) => ({ which, rows }));
    return {
      input,
      check: (number, answer) =>
        assertSame(number, answer, isDeepStrictEqual(answer, input(number))),
    };
  },
  Uint8Array(bytes) {
    const input = byTurn((which) => new Uint8Array(bytes).fill(which));
    return {
      input,
      check(number, answer) {
        const isSame = answer instanceof Uint8Array && Buffer.compare(answer, input(number)) === 0;
        assertSame(number, answer, isSame);
      },
    };
  },
};

const differentCount = 4;

/** Makes some payloads, and gives each call one of them. */
function byTurn<T>(make: (which: number) => T): (number: number) => T {
  const made = Array.from({ length: differentCount }, (_, which) => make(which));
  return (number) => made[number % differentCount] as T;
}

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
