import { byTurns } from '../method/by-turns.ts';
import { comparison, type Measured } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import { warmUp } from '../method/warm-up.ts';
import type { Comparison } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import type { DurableLane } from './durable-lane.ts';
import { measureIdle, measureMany } from './durable-loads.ts';

/** Ours and the bare engine, on databases of the same kind. */
export interface DurablePair {
  readonly ours: DurableLane;
  readonly other: DurableLane;
}

/** Loops that submit: as few as one service has workers for, and a crowd. */
const producerCounts = [8, 64];

/** Measures by turns how many jobs a second are accepted and settled, and how long one waits in an empty queue. */
export async function compareDurable(
  bench: Bench,
  pair: DurablePair,
): Promise<readonly Comparison[]> {
  const { book, isQuick } = bench;
  const roundCount = isQuick ? 1 : 4;
  const jobCount = isQuick ? 30 : 500;
  const idleCount = isQuick ? 3 : 40;
  await warmUp(bench, pair, (lane) => measureMany(lane, book, { jobCount, producerCount: 64 }));
  const measured: Measured[] = [];
  for (const [index, producerCount] of producerCounts.entries()) {
    const what = `accepted and settled, ${producerCount} producers`;
    const load = (lane: DurableLane): Promise<number> =>
      measureMany(lane, book, { jobCount, producerCount });
    const rounds = await byTurns(pair, load, turnsOf(partOf(bench, index, 3), roundCount, what));
    measured.push({ what, unit: 'jobs/s', loop: 'closed', rounds });
  }
  const what = 'p50 from submission to start, empty queue';
  const idle = (lane: DurableLane): Promise<number> => measureIdle(lane, book, idleCount);
  const rounds = await byTurns(pair, idle, turnsOf(partOf(bench, 2, 3), roundCount, what));
  measured.push({ what, unit: 'ms', loop: 'closed', rounds });
  return measured.map((one) => comparison(pair, one));
}
