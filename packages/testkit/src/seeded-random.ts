import { setImmediate } from 'node:timers/promises';

/** A repeatable source of chance. Put its seed into the message of what fails. */
export interface SeededRandom {
  readonly seed: number;
  /** The next number in [0, 1). */
  next(): number;
  /** The next whole number in [0, `limitCount`). */
  integer(limitCount: number): number;
  /** One of `items`. @throws RangeError when there is none. */
  pick<T>(items: readonly T[]): T;
  /** Waits for a random number of event loop turns, at most `limitCount`: disorder without a clock. */
  turns(limitCount: number): Promise<void>;
}

/** Makes a mulberry32 generator; the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (limitCount: number): number => Math.floor(next() * limitCount);
  return {
    seed,
    next,
    integer,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('Expected at least one item to pick from.');
      return items[integer(items.length)] as T;
    },
    async turns(limitCount) {
      for (let left = integer(limitCount + 1); left > 0; left -= 1) await setImmediate();
    },
  };
}
