import type { Lane } from '../lanes/lane.ts';
import type { Finding } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import { aloneP50 } from './closed-measures.ts';
import { quantile } from './ratio.ts';

const usPerMs = 1_000;
const roundCount = 3;

/**
 * Measures what a border costs with nothing else behind it: the median of three short rounds, after one that does not count.
 *
 * @param opened - is disposed when it was measured
 */
export async function floorOf(bench: Bench, opened: Lane): Promise<Finding> {
  await using lane = opened;
  const seconds = bench.isQuick ? 0.08 : 0.4;
  bench.progress(0, lane.name);
  await aloneP50(lane, bench.book, seconds);
  const rounds: number[] = [];
  for (let round = 0; round < roundCount; round++) {
    bench.signal.throwIfAborted();
    rounds.push(await aloneP50(lane, bench.book, seconds));
  }
  const ms = quantile(
    rounds.toSorted((a, b) => a - b),
    0.5,
  );
  return { what: `${lane.name}, one round trip alone, p50`, unit: 'µs', value: ms * usPerMs };
}
