/** Random numbers that a seed gives again. */
export interface SeededRandom {
  /** From 0 up to but not including 1. */
  fraction(): number;
  /** An integer from 0 up to but not including `below`. */
  below(count: number): number;
}

/** Makes numbers of a seed: `mulberry32` by Tommy Ettinger, which is short and good enough for loads. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, below: (count) => Math.floor(fraction() * count) };
}
