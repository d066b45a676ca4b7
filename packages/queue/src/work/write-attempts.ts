import { type DurableOutcome, defaultRetryPolicy } from '@waybill/protocol';
import type { NewJob } from '../accept/new-job.ts';
import type { Transaction } from '../database/database.ts';
import type { Engine } from '../engine/engine.ts';
import { specFromText } from '../tables/stored-spec.ts';
import type { PackedOutcome } from '../tables/stored-outcome.ts';
import { appendHistory } from '../tables/write-history.ts';
import type { Note } from './attempt-notes.ts';
import { afterFailure } from './decide-ending.ts';
import { type EndingJob, endAttempts } from './end-attempts.ts';
import { type AttemptKey, type RunningRow, lockRunning, nameOf } from './lock-running.ts';
import type { RunningAttempt } from './running-attempt.ts';

/** An attempt that ended, ready to be written. */
export interface EndedAttempt {
  readonly packed: PackedOutcome;
  readonly usage: Pick<DurableOutcome, 'bill' | 'escalation'>;
  readonly isFinal: boolean;
  readonly handBackMs?: number | undefined;
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
 * @returns the ends by {@link nameOf} the attempt
 */
export async function writeAttempts(
  engine: Engine,
  transaction: Transaction,
  news: readonly AttemptNews[],
): Promise<ReadonlyMap<string, WrittenEnd>> {
  // What succeeded did, whatever was asked for meanwhile: nothing of its row is needed.
  const open = news.filter(
    ({ attempt, ended }) => attempt.notes.isUnsure || ended?.packed.error !== undefined,
  );
  const rows = await lockRunning(
    transaction,
    open.map(({ attempt }) => attempt),
  );
  const rowOf = ({ attempt }: AttemptNews): RunningRow | undefined => rows.get(nameOf(attempt));
  const running = news.filter(({ ended }) => ended === undefined);
  await appendHistory(
    transaction,
    running.flatMap((one) => notesOf(one, rowOf(one))),
  );
  const endings = news.flatMap((one) => endingOf(one, rowOf(one)) ?? []);
  const written = await endAttempts(engine, transaction, endings);
  return new Map(written.map((job) => [nameOf(job), job.ending]));
}

function keyOf({ attempt: { jobId, attempt } }: AttemptNews): AttemptKey {
  return { jobId, attempt };
}

/** Gives the notes that are to be written: not those that the row says are written. */
function notesOf(
  { attempt: { notes }, noteCount }: AttemptNews,
  { notedCount }: Pick<RunningRow, 'notedCount'> = { notedCount: 0 },
): readonly Note[] {
  return notes.waiting.slice(0, noteCount).filter(({ number }) => number > notedCount);
}

function endingOf(news: AttemptNews, row: RunningRow | undefined): EndingJob | undefined {
  const { attempt, ended } = news;
  if (ended === undefined) return undefined;
  const { packed, usage, isFinal, handBackMs, deadLetter } = ended;
  const common = { ...keyOf(news), notes: [...notesOf(news, row), ...attempt.notes.omitted()] };
  if (packed.error === undefined) {
    return { ...common, ending: { kind: 'succeeded', outcome: packed.text } };
  }
  if (row === undefined) return undefined;
  // A job that cannot be opened may have no policy that can be read either.
  const isOpened = !isFinal && handBackMs === undefined;
  const retry = isOpened ? specFromText(attempt.job.spec).retry : defaultRetryPolicy;
  const judgement = { retry, isFinal, handBackMs, random: Math.random };
  const ending = afterFailure(row, packed.error, judgement);
  const startAfterMs = row.nowMs + ('delayMs' in ending ? ending.delayMs : 0);
  return { ...common, ending, startAfterMs, usage, deadLetter };
}
