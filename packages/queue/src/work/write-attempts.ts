import { type DurableOutcome, defaultRetryPolicy } from '@waybill/protocol';
import type { NewJob } from '../accept/new-job.ts';
import type { Queryable } from '../database/database.ts';
import type { Engine } from '../engine/engine.ts';
import { specFromText } from '../tables/stored-spec.ts';
import type { PackedOutcome } from '../tables/stored-outcome.ts';
import { afterFailure } from './decide-ending.ts';
import { type EndingJob, endAttempts } from './end-attempts.ts';
import { type RunningRow, lockRunning } from './lock-running.ts';
import type { RunningAttempt } from './running-attempt.ts';

/** An attempt that ended, ready to be written. */
export interface EndedAttempt {
  readonly packed: PackedOutcome;
  readonly usage: Pick<DurableOutcome, 'bill' | 'escalation'>;
  readonly isFinal: boolean;
  readonly deadLetter: NewJob | undefined;
}

/** What is to be written of one attempt: its notes, and its end if it has come. */
export interface AttemptNews {
  readonly attempt: RunningAttempt;
  readonly noteCount: number;
  readonly ended?: EndedAttempt | undefined;
}

/** What became of an attempt that ended; `undefined`: another one was faster, or its lease was lost. */
export type WrittenEnd = EndingJob['ending'] | undefined;

/**
 * Writes notes and ends of attempts in one transaction. What comes from an attempt that does not run any more is dropped.
 *
 * @returns the ends by job
 */
export async function writeAttempts(
  engine: Engine,
  transaction: Queryable,
  news: readonly AttemptNews[],
): Promise<ReadonlyMap<string, WrittenEnd>> {
  const rows = await lockRunning(
    transaction,
    news.map(({ attempt }) => attempt),
  );
  const valid = news.flatMap((one) => {
    const row = rows.get(one.attempt.jobId);
    return row?.attempt === one.attempt.attempt ? [{ ...one, row }] : [];
  });
  const endings = valid.flatMap(({ attempt, ended, row }) =>
    ended === undefined ? [] : [endingOf(attempt, ended, row)],
  );
  await endAttempts(engine, transaction, { jobs: endings, notes: valid.flatMap(entriesOf) });
  return new Map(endings.map(({ row, ending }) => [row.jobId, ending]));
}

function entriesOf({ attempt: { notes }, noteCount, ended }: AttemptNews): typeof notes.waiting {
  const noted = notes.waiting.slice(0, noteCount);
  return ended === undefined ? noted : [...noted, ...notes.omitted()];
}

function endingOf({ job }: RunningAttempt, ended: EndedAttempt, row: RunningRow): EndingJob {
  const { packed, usage, isFinal, deadLetter } = ended;
  if (packed.error === undefined) {
    return { row, ending: { kind: 'succeeded', outcome: packed.text } };
  }
  // A job that cannot be opened may have no policy that can be read either.
  const retry = isFinal ? defaultRetryPolicy : specFromText(job.spec).retry;
  const ending = afterFailure(row, packed.error, { retry, isFinal, random: Math.random });
  return { row, ending, usage, deadLetter };
}
