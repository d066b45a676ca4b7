import type { DurableOutcome, HistoryEntry, HistoryKind } from '@waybill/protocol';
import { type Deferred, deferred } from '@waybill/testkit';
import type { Executor, LeasedAttempt, RunAttempt } from '../job-queue.ts';
import type { TestOffice } from '../queue-office.fixture.ts';
import type { QueueOffice } from '../queue-office.ts';
import { findJob } from '../read/find-job.ts';
import { startExecutor } from './start-executor.ts';
import type { ExecutorTimings } from './timings.ts';

/** An attempt that waits for the test to end it. */
export interface HeldRun {
  readonly attempt: LeasedAttempt;
  readonly end: Deferred<DurableOutcome>;
}

/** Runs attempts by handing them to the test. */
export interface TestRunner {
  readonly run: RunAttempt;
  /** Every attempt that began, in order. */
  readonly held: readonly HeldRun[];
  /** Gives the next attempt that has not been given yet, when it begins. */
  next(): Promise<HeldRun>;
}

/** Makes a {@link TestRunner}. */
export function makeRunner(): TestRunner {
  const held: HeldRun[] = [];
  const waiters: ((held: HeldRun) => void)[] = [];
  let given = 0;
  return {
    held,
    run(attempt) {
      const begun = { attempt, end: deferred<DurableOutcome>() };
      held.push(begun);
      const waiter = waiters.shift();
      if (waiter !== undefined) {
        given += 1;
        waiter(begun);
      }
      return begun.end.promise;
    },
    next() {
      const there = held[given];
      if (there !== undefined) {
        given += 1;
        return Promise.resolve(there);
      }
      const { promise, resolve } = Promise.withResolvers<HeldRun>();
      waiters.push(resolve);
      return promise;
    },
  };
}

/** An outcome that is well. */
export const fine: DurableOutcome = { ok: true, value: 'fine' };

/** How {@link execute} differs from the usual. */
export interface ExecuteChanges extends Partial<ExecutorTimings> {
  readonly name?: string;
  readonly slots?: number;
}

/** Starts an executor that looks seldom by itself, so that tests see what signals do. */
export function execute(
  office: QueueOffice,
  run: RunAttempt,
  { name = 'one', slots = 10, ...timings }: ExecuteChanges = {},
): Promise<Executor> {
  const usual = { pollMs: 20_000, noteMs: 5, databaseRetryMs: 10, abortMs: 200, answerMs: 300 };
  return startExecutor(office, { run, name, slots }, { ...usual, ...timings });
}

/** Resolves when a job's history has an entry of one of the kinds, which is its last; by default its end. */
export async function reached(
  office: QueueOffice,
  jobId: string,
  ...kinds: readonly HistoryKind[]
): Promise<void> {
  const wanted: readonly string[] = kinds.length === 0 ? ['settled'] : kinds;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const [last] = await office.database.query<{ readonly kind: string }>(
      'SELECT kind FROM waybill.history WHERE job_id = $1 ORDER BY seq DESC LIMIT 1',
      [jobId],
    );
    if (last !== undefined && wanted.includes(last.kind)) resolve();
  };
  const stop = office.signals.on('history', () => void look());
  try {
    await look();
    await promise;
  } finally {
    stop();
  }
}

/** Gives kind and facts of a job's history. */
export async function historyOf(
  { database }: QueueOffice,
  jobId: string,
): Promise<readonly Pick<HistoryEntry, 'kind' | 'facts'>[]> {
  const rows = await database.query<{ readonly kind: HistoryKind; readonly facts: string }>(
    'SELECT kind, facts FROM waybill.history WHERE job_id = $1 ORDER BY seq',
    [jobId],
  );
  return rows.map(({ kind, facts }) => ({ kind, facts: JSON.parse(facts) }));
}

/** Gives a job that must be there. */
export function jobOf(
  { database }: QueueOffice,
  tenant: string,
  jobId: string,
): ReturnType<typeof findJob> {
  return findJob(database, tenant, jobId);
}

/** Leaves nothing to the next test. Executors are closed before. */
export async function clear({ database, errors }: TestOffice): Promise<void> {
  await database.script(
    'DELETE FROM waybill.schedule; DELETE FROM waybill.job; DELETE FROM waybill.job_body; DELETE FROM waybill.history; DELETE FROM waybill.executor; DELETE FROM pgboss.job',
  );
  errors.length = 0;
}
