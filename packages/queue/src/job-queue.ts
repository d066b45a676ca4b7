import type { ContextSnapshot } from '@waybill/context';
import type {
  DurableJob,
  DurableJobFilter,
  DurableJobSpec,
  DurableJobSummary,
  DurableOutcome,
  FunctionSpec,
  HistoryEntry,
  HistoryFacts,
  JobSpec,
  Page,
  Schedule,
  ScheduleSpec,
  StoredFunction,
  WaybillError,
} from '@waybill/protocol';

/** What became of a submission. */
export interface Submitted {
  readonly job: DurableJob;
  /** `false`: the idempotency key gave a job that was there already. */
  readonly isNew: boolean;
}

/** One attempt of a durable job, as an executor runs it. */
export interface LeasedAttempt {
  readonly jobId: string;
  readonly tenant: string;
  /** From 1. */
  readonly attempt: number;
  /** The program or the function, the input and the limits; without an id. */
  readonly spec: Omit<JobSpec, 'id'>;
  /** The version that `spec.function` was submitted for. */
  readonly version: number | undefined;
  /** From when it was due until it was taken: for the first attempt since the submission, or its delay. By the database's clock. */
  readonly waitedMs: number;
  /** What was carried from the submission, checked against its seal. Nothing in it says who may do what. */
  readonly context: ContextSnapshot;
  /** `traceparent` of the submission. */
  readonly submittedTrace: string | undefined;
  /** `traceparent` of this attempt: a trace of its own, that links to the submission's. */
  readonly trace: string;
  /**
   * Aborts when the job's end is asked for (`ERR_WAYBILL_CANCELLED`), or the lease is lost (`ERR_WAYBILL_LEASE_LOST`): whatever
   * the attempt ends with then is not kept.
   */
  readonly signal: AbortSignal;
  /** Adds to the job's history; written soon, many at once, and before the outcome. */
  note<Kind extends 'log' | 'host-call' | 'hop'>(
    kind: Kind,
    facts: Omit<HistoryFacts[Kind], 'attempt'>,
    atMs?: number,
  ): void;
}

/** Runs one attempt. What it rejects with is `ERR_WAYBILL_INTERNAL` of the host. */
export type RunAttempt = (attempt: LeasedAttempt) => Promise<DurableOutcome>;

/** How an executor runs jobs. */
export interface ExecuteOptions {
  readonly run: RunAttempt;
  /** Attempts at once, from 1 to 1_000. */
  readonly slots: number;
  /**
   * Name of this executor, the same each time it starts and no other's: what it held when it was killed is run again at once and
   * not only when its leases run out. Where another one of the name lives, the queue's `onError` hears of it, and each keeps what it
   * holds.
   *
   * @defaultValue name of the host
   */
  readonly name?: string | undefined;
  /**
   * Gives the `traceparent` of an attempt that begins, so that a tracing system can be the one that starts it.
   *
   * @defaultValue a fresh trace
   */
  readonly traceOf?:
    | ((attempt: Pick<LeasedAttempt, 'jobId' | 'tenant' | 'attempt' | 'submittedTrace'>) => string)
    | undefined;
  /**
   * Told of an attempt that is not run, since what was stored with its job cannot be opened: whatever `traceOf` began for it ends.
   *
   * @defaultValue nobody is told
   */
  readonly onUnopened?:
    | ((
        attempt: Pick<LeasedAttempt, 'jobId' | 'tenant' | 'attempt' | 'submittedTrace'>,
        error: WaybillError,
      ) => void)
    | undefined;
}

/** Numbers of an executor at one moment. */
export interface ExecutorStats {
  readonly slots: number;
  readonly runningCount: number;
  /** Attempts since the start, by how they ended. */
  readonly settledCount: number;
  readonly retriedCount: number;
  readonly lostCount: number;
}

/** Takes jobs from the queue and runs them. */
export interface Executor extends AsyncDisposable {
  readonly name: string;
  stats(): ExecutorStats;
  /**
   * Takes no more, waits for running attempts for at most `graceMs`, hands back what still runs (its signal aborts) and ends, at most
   * three seconds later, whatever the database does.
   * Idempotent; a second call with a shorter grace shortens it.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The deployed functions of all tenants. */
export interface FunctionStore {
  /**
   * Gives the version that was stored, or the one deployed last if its spec is the same: to deploy an older spec again makes a new
   * version, and that is the last then. The last 100 versions of a function are kept, and those that jobs wait for.
   *
   * @throws `ERR_WAYBILL_INVALID_JOB`, also where the tenant has 1,000 functions, or used 10,000 names within two years;
   *   `ERR_WAYBILL_PAYLOAD_TOO_LARGE`
   */
  put(spec: FunctionSpec): Promise<{ readonly stored: StoredFunction; readonly isNew: boolean }>;
  /** Gives the version, or the one deployed last; `undefined` if it is not there or was removed. */
  find(tenant: string, name: string, version?: number): Promise<StoredFunction | undefined>;
  /** Gives the last version of each function, by name. */
  list(
    tenant: string,
    options?: { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<Omit<StoredFunction, 'spec'>>>;
  /** Takes every version out of service: jobs that wait for it fail. @returns whether there was one */
  remove(tenant: string, name: string): Promise<boolean>;
}

/** The schedules of all tenants. */
export interface ScheduleStore {
  /** @throws `ERR_WAYBILL_INVALID_JOB` for a cron expression, a zone or a job that is not as documented, and for more than 1,000 of a tenant */
  put(spec: ScheduleSpec): Promise<{ readonly schedule: Schedule; readonly isNew: boolean }>;
  find(tenant: string, name: string): Promise<Schedule | undefined>;
  /** Gives schedules by name, each with the first of its next moments alone. */
  list(
    tenant: string,
    options?: { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<Schedule>>;
  /** @returns whether there was one */
  remove(tenant: string, name: string): Promise<boolean>;
}

/** Jobs by state, over all tenants. */
export interface QueueCounts {
  readonly queuedCount: number;
  readonly runningCount: number;
  /** How long the oldest job that is ready has waited; 0 if none. */
  readonly oldestReadyMs: number;
}

/** Durable jobs. Made by `openQueue`; whoever made it closes it, and the database after it. */
export interface JobQueue extends AsyncDisposable {
  /**
   * Accepts a job: when this resolves it is on disk (PostgreSQL) or with the operating system (embedded), and will be settled once.
   * The variables of the current context whose policy names `queue` are stored with it, sealed. The input must not change before
   * this resolves.
   *
   * @throws `ERR_WAYBILL_INVALID_JOB`, `ERR_WAYBILL_NOT_CARRIABLE`, `ERR_WAYBILL_PAYLOAD_TOO_LARGE`,
   *   `ERR_WAYBILL_FUNCTION_NOT_FOUND`, `ERR_WAYBILL_IDEMPOTENCY_CONFLICT`, `ERR_WAYBILL_TENANT_QUEUE_FULL`, `ERR_WAYBILL_CLOSED`,
   *   `ERR_WAYBILL_DATABASE_UNAVAILABLE`, and what a variable that cannot be carried throws
   */
  submit(spec: DurableJobSpec): Promise<Submitted>;
  find(tenant: string, jobId: string): Promise<DurableJob | undefined>;
  /**
   * Gives a page of jobs without their outcomes. It may have fewer than asked for, and still a next one: of the jobs that a function
   * or a schedule is looked for among, one page looks at 10,000.
   *
   * @throws `ERR_WAYBILL_INVALID_REQUEST` for a cursor that is none
   */
  list(filter: DurableJobFilter): Promise<Page<DurableJobSummary>>;
  /**
   * Asks for the end of a job. One that waits is cancelled at once; one that runs is told, and is as good as cancelled when its
   * attempt has ended: if it succeeds first, it succeeded.
   *
   * @throws `ERR_WAYBILL_JOB_NOT_FOUND`, `ERR_WAYBILL_JOB_STATE` if it is settled
   */
  cancel(tenant: string, jobId: string, reason?: string): Promise<DurableJob>;
  /**
   * Puts a failed or cancelled job in the queue again, with fresh retries.
   *
   * @throws `ERR_WAYBILL_JOB_NOT_FOUND`, `ERR_WAYBILL_JOB_STATE`
   */
  redrive(tenant: string, jobId: string): Promise<DurableJob>;
  /**
   * Gives the entries of a job's history after `after`, without a gap and none twice: those that are there, then each new one soon
   * after it happened, until the job is settled or `signal` aborts.
   *
   * @param options - `follow: false` gives those that are there and ends
   *
   * @throws `ERR_WAYBILL_JOB_NOT_FOUND`
   */
  history(
    tenant: string,
    jobId: string,
    options?: {
      readonly after?: number;
      readonly follow?: boolean;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<HistoryEntry>;
  /**
   * Waits until a job is settled, or `signal` aborts; not at all for one that is not there. It costs a statement now and then, at
   * most four in a second once it has lasted, however much the job writes to its history.
   */
  untilSettled(
    tenant: string,
    jobId: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void>;
  readonly functions: FunctionStore;
  readonly schedules: ScheduleStore;
  counts(): Promise<QueueCounts>;
  /**
   * Starts to run jobs in this process.
   *
   * @throws `ERR_WAYBILL_INVALID_OPTIONS`, `ERR_WAYBILL_CLOSED`, `ERR_WAYBILL_DATABASE_UNAVAILABLE`
   */
  execute(options: ExecuteOptions): Promise<Executor>;
  /** Closes its executors and ends what it does in the background. Idempotent. */
  close(): Promise<void>;
}
