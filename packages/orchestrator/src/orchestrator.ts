import { ContextSnapshot } from '@waybill/context';
import {
  type EscalationStep,
  type FunctionSpec,
  type JobSpec,
  type Outcome,
  type WaybillEventName,
  makeError,
} from '@waybill/protocol';
import { parseFunctionSpec } from '@waybill/protocol/parse';
import type { PoolStats } from '@waybill/pool';
import { checkGraceMs, closeOffice } from './close-office.ts';
import type { WaybillListener } from './event-hub.ts';
import type { RegisteredFunction } from './function-registry.ts';
import type { Office, OfficeState } from './office.ts';
import { openOffice } from './open-office.ts';
import { type OrchestratorOptions, checkOptions } from './options.ts';
import type { QuarantineControl } from './quarantine.ts';
import { runJob } from './run-job.ts';
import { type RunOptions, checkRunOptions } from './run-options.ts';

/** Numbers of an orchestrator at one moment. */
export interface OrchestratorStats {
  /** Jobs that wait for a place. */
  readonly queuedCount: number;
  /** Jobs that are admitted and not settled, waiting ones included. */
  readonly openCount: number;
  /**
   * How often each step was the last: of `interrupt`, `dispose` and `wedge` the jobs against which it was taken, of `kill`
   * the processes that were killed.
   */
  readonly escalationCounts: Readonly<Record<EscalationStep, number>>;
  /** Attempts that were lost and after which their jobs ran again. */
  readonly rerunCount: number;
  /** Pool processes that ended without having been closed. */
  readonly lostProcessCount: number;
  /** Programs that are refused because of what they cost. */
  readonly quarantinedCount: number;
  readonly pool: PoolStats;
}

/** A deployed function: its modules are evaluated once in each thread and serve many jobs at once. */
export interface Deployment extends AsyncDisposable {
  readonly name: string;
  readonly tenant: string;
  /** Runs the function; the same as `orchestrator.run({ tenant, function: name, input })`. */
  run<T = unknown>(input?: unknown, options?: RunOptions): Promise<Outcome<T>>;
  /** Takes it out of service: jobs that run finish, jobs that still wait settle with `ERR_WAYBILL_FUNCTION_NOT_FOUND`. Idempotent. */
  remove(): void;
}

/** Runs guest code. Made by `createOrchestrator`; whoever made it closes it. */
export interface Orchestrator extends AsyncDisposable {
  /**
   * Runs a job now and gives its outcome. A failure of the guest, of a host function or of a thread is a value in the
   * outcome; only what is wrong with the request itself rejects.
   *
   * The deadline (`limits.wallMs`) counts from this call.
   *
   * @throws `ERR_WAYBILL_INVALID_JOB`, `ERR_WAYBILL_NOT_CARRIABLE`, `ERR_WAYBILL_PAYLOAD_TOO_LARGE`,
   *   `ERR_WAYBILL_FUNCTION_NOT_FOUND`, `ERR_WAYBILL_DUPLICATE_JOB`, `ERR_WAYBILL_JOB_DEPTH`, `ERR_WAYBILL_QUEUE_FULL`,
   *   `ERR_WAYBILL_TENANT_QUEUE_FULL`, `ERR_WAYBILL_GUEST_QUARANTINED`, `ERR_WAYBILL_CLOSED`, and
   *   `ERR_WAYBILL_CONTEXT_NOT_CARRIABLE` or `ERR_WAYBILL_CONTEXT_TOO_LARGE` for a variable that cannot be carried
   */
  run<T = unknown>(spec: JobSpec, options?: RunOptions): Promise<Outcome<T>>;
  /**
   * Asks a job to end; its outcome has the code `ERR_WAYBILL_CANCELLED`.
   *
   * @param reason - half a sentence for the error
   * @returns whether there was such a job that had not settled
   */
  cancel(jobId: string, reason?: string): boolean;
  /**
   * Deploys a function under a name.
   *
   * @throws `ERR_WAYBILL_INVALID_JOB`, `ERR_WAYBILL_DUPLICATE_NAME`, `ERR_WAYBILL_CLOSED`; what its source is refused
   *   with: `ERR_WAYBILL_PAYLOAD_TOO_LARGE`, `ERR_WAYBILL_GUEST_SYNTAX`, `ERR_WAYBILL_GUEST_MODULE_NOT_FOUND`; and, while
   *   a process or thread is being replaced, `ERR_WAYBILL_WORKER_EXITED` where none is up to look at the source, or
   *   `ERR_WAYBILL_RPC_BROKEN` where the one that looked is gone: both retryable
   */
  deploy(spec: FunctionSpec): Promise<Deployment>;
  /**
   * Hears an event: those of a job in its submitter's async context, all others in the root context.
   *
   * @returns stops listening
   * @throws `ERR_WAYBILL_INVALID_OPTIONS` for an event that does not exist, or a listener that is no function
   */
  on<Name extends WaybillEventName>(name: Name, listener: WaybillListener<Name>): () => void;
  stats(): Promise<OrchestratorStats>;
  /** The programs that are refused because each has cost a process twice. */
  readonly quarantine: QuarantineControl;
  /**
   * Takes no more jobs, gives up those that wait, lets running ones finish and releases everything. Idempotent.
   *
   * @param options - `graceMs`: how long running jobs may take, at most 600_000; default: the `graceMs` of the
   *   orchestrator
   * @throws `ERR_WAYBILL_INVALID_OPTIONS` for a `graceMs` out of its range; nothing is closed then
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts an orchestrator with its processes and threads; they are up and have loaded their host functions when it resolves.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS`, `ERR_WAYBILL_DUPLICATE_NAME`, `ERR_WAYBILL_HOST_MODULE_FAILED`,
 *   `ERR_WAYBILL_PROCESS_NOT_STARTED`
 *
 * @example
 * ```ts
 * await using waybill = await createOrchestrator({ threads: 2 });
 * const outcome = await waybill.run({ source: 'export default (name) => `hello ${name}`', input: 'Ann' });
 * ```
 */
export async function createOrchestrator(options: OrchestratorOptions = {}): Promise<Orchestrator> {
  const checked = checkOptions(options);
  let state: OfficeState = 'open';
  let closed: Promise<void> | undefined;
  let runningCount = 0;
  let noneRuns: PromiseWithResolvers<void> | undefined;
  const office = await openOffice(checked, () => state);

  const allSettled = async (): Promise<void> => {
    if (runningCount === 0) return;
    noneRuns ??= Promise.withResolvers();
    await noneRuns.promise;
  };
  const close = async (graceMs: number): Promise<void> => {
    state = 'closing';
    await closeOffice(office, allSettled, graceMs);
    state = 'closed';
  };

  const orchestrator: Orchestrator = {
    run: async <T>(spec: JobSpec, runOptions: RunOptions = {}) => {
      const site = new Error('submitted here');
      const request = { ...checkRunOptions(runOptions), site };
      runningCount += 1;
      try {
        return (await runJob(office, spec, request)) as Outcome<T>;
      } finally {
        runningCount -= 1;
        if (runningCount === 0) noneRuns?.resolve();
      }
    },
    cancel(jobId, reason = 'the caller cancelled it') {
      const ticket = office.tickets.get(jobId);
      ticket?.stop(makeError('ERR_WAYBILL_CANCELLED', `job ${jobId} was cancelled: ${reason}`));
      return ticket !== undefined;
    },
    deploy: (spec) => deploy(office, orchestrator, spec),
    on: (name, listener) => office.events.on(name, listener),
    stats: () => statsOf(office),
    quarantine: {
      list: () => office.quarantine.list(),
      release: (tenant, hash) => office.quarantine.release(tenant, hash),
    },
    close: async ({ graceMs = checked.settings.graceMs } = {}) => {
      checkGraceMs(graceMs);
      await (closed ??= ContextSnapshot.root.run(close, graceMs));
    },
    [Symbol.asyncDispose]: () => orchestrator.close(),
  };
  return orchestrator;
}

async function statsOf(office: Office): Promise<OrchestratorStats> {
  const { turnstile, tickets, counts, quarantine, pool } = office;
  const poolStats = await pool.stats();
  return {
    queuedCount: turnstile.queuedCount,
    openCount: tickets.size,
    ...counts,
    escalationCounts: { ...counts.escalationCounts },
    quarantinedCount: quarantine.quarantinedCount,
    pool: poolStats,
  };
}

async function deploy(
  office: Office,
  orchestrator: Orchestrator,
  spec: FunctionSpec,
): Promise<Deployment> {
  if (office.state() !== 'open') {
    throw makeError(
      'ERR_WAYBILL_CLOSED',
      'the orchestrator is closing and takes no more functions',
    );
  }
  const parsed = parseFunctionSpec(spec, office.settings.limits);
  const registered = office.functions.add(parsed);
  try {
    await office.pool.checkProgram(parsed.program);
  } catch (error) {
    office.functions.remove(registered);
    // A job may have been quick enough to make it warm in a thread.
    office.pool.dropFunction(registered.key);
    throw error;
  }
  const { tenant, name } = parsed;
  office.events.emit(office.root, 'function:deployed', { tenant, name });
  const deployment: Deployment = {
    name,
    tenant,
    run: (input, options) => orchestrator.run({ tenant, function: name, input }, options),
    remove: () => removeFunction(office, registered),
    [Symbol.asyncDispose]: () => Promise.resolve(deployment.remove()),
  };
  return deployment;
}

function removeFunction(office: Office, registered: RegisteredFunction): void {
  if (!office.functions.remove(registered)) return;
  office.pool.dropFunction(registered.key);
  const { tenant, name } = registered.deployed;
  office.events.emit(office.root, 'function:removed', { tenant, name });
}
