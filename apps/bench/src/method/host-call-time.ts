import type { HostCallPool } from '../lanes/host-calls.ts';
import type { Lane } from '../lanes/lane.ts';
import type { Comparison } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import type { TargetName } from '../targets.ts';
import { byTurns } from './by-turns.ts';
import { aloneP50 } from './closed-measures.ts';
import { comparison } from './compare.ts';
import { turnsOf } from './part.ts';
import { warmUp } from './warm-up.ts';

const callCount = 200;
const usPerMs = 1_000;

/** Two pools whose guests make host calls, and the promise that one is held to. */
export interface HostCallPair {
  readonly ours: HostCallPool;
  readonly other: HostCallPool;
  readonly target: TargetName;
}

/**
 * Measures what one host call takes, made after the one before it was answered: what a job with 200 of them takes more than one
 * with none, divided by 200.
 */
export async function compareHostCalls(
  bench: Bench,
  { ours, other, target }: HostCallPair,
): Promise<Comparison> {
  const sides = { ours: jobsOf(ours), other: jobsOf(other) };
  const seconds = bench.isQuick ? 0.12 : 1;
  // A job without host calls is short: a part of the time tells its median as well.
  const timeOf = async ({ empty, full }: Jobs, share = 1): Promise<number> => {
    const emptyMs = await aloneP50(empty, bench.book, seconds * share * 0.25);
    const fullMs = await aloneP50(full, bench.book, seconds * share);
    return ((fullMs - emptyMs) / callCount) * usPerMs;
  };
  await warmUp(bench, sides, (jobs) => timeOf(jobs, 0.5));
  const turns = turnsOf(bench, bench.isQuick ? 1 : 8, 'host calls');
  const rounds = await byTurns(sides, (jobs) => timeOf(jobs), turns);
  return comparison(
    { ours: sides.ours.full, other: sides.other.full },
    { what: 'time of a host call, p50', unit: 'µs', loop: 'closed', rounds, target },
  );
}

interface Jobs {
  readonly empty: Lane;
  readonly full: Lane;
}

function jobsOf(pool: HostCallPool): Jobs {
  return { empty: pool.laneOf(0), full: pool.laneOf(callCount) };
}
