import type { Exchange } from './exchange.ts';
import { WrongAnswer } from './lane.ts';

/** What a guest is given to compute with. */
export interface Scrambling {
  readonly start: number;
  readonly turnCount: number;
}

/** Scrambles a number so many times over: nothing of it can be left out. Guests run its text. */
export function scramble({ start, turnCount }: Scrambling): number {
  let state = start;
  for (let turn = 0; turn < turnCount; turn++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state;
}

const startCount = 4;

/** Makes inputs that take about so many milliseconds on this machine, and knows their answers. */
export function computationOf(ms: number): Exchange {
  const turnCount = turnsIn(ms);
  const given = Array.from({ length: startCount }, (_, index) => ({ start: index + 1, turnCount }));
  const answers = given.map(scramble);
  return {
    input: (number) => given[number % startCount],
    check(number, answer) {
      const expected = answers[number % startCount];
      if (answer !== expected) throw new WrongAnswer(expected, answer);
    },
  };
}

/** The fastest of some tries: the others were held up by something else. */
function turnsIn(ms: number): number {
  const turnCount = 2_000_000;
  const tries = Array.from({ length: 5 }, (_, index) => {
    const startMs = performance.now();
    scramble({ start: index + 1, turnCount });
    return performance.now() - startMs;
  });
  return Math.round((turnCount * ms) / Math.min(...tries));
}
