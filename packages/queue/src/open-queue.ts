import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import { type Intake, createIntake } from './accept/create-intake.ts';
import { makeContextSeal } from './accept/seal.ts';
import { createSignals } from './database/create-signals.ts';
import { migrate } from './database/migrate.ts';
import { createEngine } from './engine/pg-boss-engine.ts';
import type { ExecuteOptions, Executor, JobQueue, ScheduleStore } from './job-queue.ts';
import { type QueueOptions, checkOptions } from './queue-options.ts';
import type { QueueOffice } from './queue-office.ts';
import { countJobs } from './read/count-jobs.ts';
import { findJob } from './read/find-job.ts';
import { type HistoryWatch, createHistoryWatch } from './read/history-watch.ts';
import { listJobs } from './read/list-jobs.ts';
import { readHistory } from './read/read-history.ts';
import { untilSettled } from './read/until-settled.ts';
import { queueMigrations } from './schema/migrations.ts';
import { cancelJob } from './tables/cancel-job.ts';
import { startForgetting } from './tables/forget-jobs.ts';
import { createFunctionStore } from './tables/function-store.ts';
import { redriveJob } from './tables/redrive-job.ts';
import { createScheduleStore } from './work/schedule-store.ts';
import { startExecutor } from './work/start-executor.ts';

/**
 * Opens the queue on a database and brings its tables up to date. Whoever opened it closes it, before the database. Any number of
 * processes may have a queue open on one PostgreSQL.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS`, `ERR_WAYBILL_DATABASE_UNAVAILABLE`, `ERR_WAYBILL_DATABASE_TOO_NEW`
 */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  const settings = checkOptions(options);
  const { database, contextKeys, onError = warn } = options;
  // The queue and what it holds belong to nobody: timers and connections must not keep the context of who opened it.
  return ContextSnapshot.root.run(async () => {
    await using stack = new AsyncDisposableStack();
    await migrate(database, 'queue', queueMigrations);
    const signals = stack.use(await createSignals(database, { onError }));
    const engine = stack.use(await createEngine(database, { onError }));
    const seal = makeContextSeal(contextKeys);
    const base = { database, engine, signals, settings, seal, now: Date.now, onError };
    const functions = stack.use(createFunctionStore(base));
    const watch = stack.use(createHistoryWatch(base));
    stack.use(startForgetting(base));
    const intake = createIntake({ ...base, functions });
    stack.defer(() => intake.close());
    const submit: QueueOffice['submit'] = (spec, origin) => intake.submit(spec, origin);
    const office: QueueOffice = { ...base, functions, submit };
    const schedules = createScheduleStore(office);
    return new OpenedQueue({ office, intake, watch, schedules, stack: stack.move() });
  });
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

interface Parts {
  readonly office: QueueOffice;
  readonly intake: Intake;
  readonly watch: HistoryWatch;
  readonly schedules: ScheduleStore;
  readonly stack: AsyncDisposableStack;
}

class OpenedQueue implements JobQueue {
  readonly functions: JobQueue['functions'];
  readonly schedules: ScheduleStore;
  readonly #parts: Parts;
  readonly #executors = new Set<Promise<Executor>>();
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.functions = parts.office.functions;
    this.schedules = parts.schedules;
  }

  async submit(...[spec]: Parameters<JobQueue['submit']>): ReturnType<JobQueue['submit']> {
    this.#assertOpen();
    return this.#parts.intake.submit(spec);
  }

  find(tenant: string, jobId: string): ReturnType<JobQueue['find']> {
    return findJob(this.#parts.office.database, tenant, jobId);
  }

  list(...[filter]: Parameters<JobQueue['list']>): ReturnType<JobQueue['list']> {
    return listJobs(this.#parts.office.database, filter);
  }

  async cancel(tenant: string, jobId: string, reason?: string): ReturnType<JobQueue['cancel']> {
    this.#assertOpen();
    return cancelJob(this.#parts.office, { tenant, jobId, reason });
  }

  async redrive(tenant: string, jobId: string): ReturnType<JobQueue['redrive']> {
    this.#assertOpen();
    return redriveJob(this.#parts.office, tenant, jobId);
  }

  history(...args: Parameters<JobQueue['history']>): ReturnType<JobQueue['history']> {
    const [tenant, jobId, { after = 0, follow = true, signal } = {}] = args;
    const { office, watch } = this.#parts;
    return readHistory(office.database, watch, { tenant, jobId, after, follow, signal });
  }

  untilSettled(
    ...[tenant, jobId, { signal } = {}]: Parameters<JobQueue['untilSettled']>
  ): Promise<void> {
    const { office, watch } = this.#parts;
    return untilSettled(office.database, watch, { tenant, jobId, signal });
  }

  counts(): ReturnType<JobQueue['counts']> {
    return countJobs(this.#parts.office.database);
  }

  async execute(options: ExecuteOptions): Promise<Executor> {
    this.#assertOpen();
    const starting = ContextSnapshot.root.run(() => startExecutor(this.#parts.office, options));
    this.#executors.add(starting);
    try {
      return await starting;
    } catch (error) {
      this.#executors.delete(starting);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= ContextSnapshot.root.run(() => this.#close());
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closing) throw makeError('ERR_WAYBILL_CLOSED', 'the queue is closed');
  }

  async #close(): Promise<void> {
    // First, for executors submit too: dead letters and schedules.
    const ends = [...this.#executors].map(async (starting) => (await starting).close());
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === 'rejected') this.#parts.office.onError(end.reason);
    }
    await this.#parts.stack.disposeAsync();
  }
}
