import type { Bench } from '../scenario.ts';
import type { Turns } from './by-turns.ts';

/** Gives a bench for one of several equal parts of a scenario: what it does there is that share of the whole. */
export function partOf(bench: Bench, index: number, partCount: number): Bench {
  return {
    ...bench,
    progress: (share, doing) => bench.progress((index + share) / partCount, doing),
  };
}

/** Gives rounds that say how far they are, and end with the reason of the run's end where it is ended from outside. */
export function turnsOf(bench: Bench, roundCount: number, doing: string): Turns {
  return {
    roundCount,
    onRound(round) {
      bench.signal.throwIfAborted();
      bench.progress(round / roundCount, doing);
    },
  };
}
