import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueOffice } from '../queue-office.ts';
import type { ExecutorTimings } from './timings.ts';

const lookMs = 50;

const selectRecent = `
SELECT id, seen_at::text AS "seenAt" FROM waybill.executor
WHERE name = $1 AND seen_at > clock_timestamp() - $2::float8 * interval '1 ms'`;

/** An executor, as it was last seen. */
interface Sighting {
  readonly id: string;
  readonly seenAt: string;
}

/**
 * Finds the executors of a name that live. One that was killed a moment ago was seen a moment ago too, so they are asked for a sign of
 * life; who was silent for two heartbeats is not.
 *
 * @returns their ids, as soon as all have answered, and at the latest after `answerMs`
 */
export async function findLivingNamesakes(
  { database, signals }: Pick<QueueOffice, 'database' | 'signals'>,
  name: string,
  { heartbeatMs, answerMs }: Pick<ExecutorTimings, 'heartbeatMs' | 'answerMs'>,
): Promise<readonly string[]> {
  const find = (): Promise<readonly Sighting[]> =>
    database.query<Sighting>(selectRecent, [name, heartbeatMs * 2]);
  const before = await find();
  if (before.length === 0) return [];
  const hasAnswered = ({ id, seenAt }: Sighting): boolean =>
    !before.some((one) => one.id === id && one.seenAt === seenAt);
  const endMs = performance.now() + answerMs;
  signals.tell('executor', name);
  let seen = before;
  while (!seen.every(hasAnswered) && performance.now() < endMs) {
    await sleep(lookMs);
    seen = await find();
  }
  return seen.filter(hasAnswered).map(({ id }) => id);
}
