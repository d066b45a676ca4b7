import { seededRandom } from '@waybill/testkit';
import { pause } from '../support/pause.ts';
import { DurableLoad, type Load, type LoadOptions } from './durable-load.ts';
import { judgeAll, untilSettled } from './durable-verdict.ts';
import type { Target, World } from './durable-world.ts';

/** Jobs that are acknowledged between two kills, at least. */
const minJobCount = 20;

/** How a world is troubled. */
export interface ChaosOptions extends Omit<LoadOptions, 'url'> {
  /** Begins to submit. @defaultValue a load in this process */
  readonly startLoad?: (options: LoadOptions) => Load;
  /** What is killed. */
  readonly targets: readonly Target[];
  readonly everyMs: number;
  /** Ends the load after so many kills. @defaultValue when the load is complete */
  readonly killCount?: number;
  /** How long the jobs may take to settle once nothing is killed any more. @defaultValue 60000 */
  readonly settleMs?: number;
}

/** What came of it. */
export interface ChaosReport {
  readonly seed: number;
  readonly jobCount: number;
  readonly attemptCount: number;
  readonly returnedCount: number;
  /** Requests that were sent again because the service was away. */
  readonly againCount: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Empty: every acknowledged job settled once, as it had to, in its own context. */
  readonly wrong: readonly string[];
}

/** Sends a load, kills something every moment, and judges what became of every acknowledged job. */
export async function runChaos(world: World, options: ChaosOptions): Promise<ChaosReport> {
  const { seed, targets, everyMs, killCount = Infinity, settleMs = 60_000 } = options;
  const { startLoad = (how) => new DurableLoad(how), laneCount, jobCount } = options;
  const startMs = performance.now();
  const random = seededRandom(seed + 1);
  const kills: Record<string, number> = {};
  const left: Target[] = [];
  let struckCount = 0;
  await using load = startLoad({
    url: world.url,
    seed,
    ...(laneCount !== undefined && { laneCount }),
    ...(jobCount !== undefined && { jobCount }),
  });
  for (;;) {
    // On a slow machine, too, something is to be there that a kill can lose.
    const isDue = load.jobs.length + minJobCount;
    await pause(everyMs);
    while (load.jobs.length < isDue && !load.isComplete) await pause(20);
    if (load.isComplete || struckCount === killCount) break;
    // By turns in a random order: of a few kills none is left out.
    if (left.length === 0) left.push(...targets);
    const target = random.pick(left);
    left.splice(left.indexOf(target), 1);
    kills[target] = (kills[target] ?? 0) + 1;
    struckCount += 1;
    await world.strike(target);
  }
  await load.stop();
  const tenants = [...new Set(load.jobs.map(({ tenant }) => tenant))];
  await untilSettled(world.url, tenants, settleMs);
  const { wrong, ...counts } = await judgeAll(world.url, load.jobs, world.marksFile);
  return {
    seed,
    ...counts,
    againCount: load.againCount,
    kills,
    seconds: Math.round((performance.now() - startMs) / 1_000),
    wrong: [...load.wrong, ...wrong],
  };
}
