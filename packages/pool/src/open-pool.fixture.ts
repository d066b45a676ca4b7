import {
  type AttemptMessage,
  type AttemptReport,
  defaultLimits,
  errorFromWire,
  makeError,
  parcelLimits,
  readParcel,
  writeParcel,
} from '@waybill/protocol';
import { deferred, leakCheck } from '@waybill/testkit';
import { createPool } from './create-pool.ts';
import type { Pool, PoolLease } from './pool.ts';
import type { AttemptHost, PoolOptions, ProcessLoss } from './pool-options.ts';

/** A pool of real threads in a test. */
export interface TestPool extends AsyncDisposable {
  readonly pool: Pool;
  /** What the listener heard, as `name` or `name detail`, in order. */
  readonly heard: string[];
  /** The processes that were lost, in order. */
  readonly losses: readonly ProcessLoss[];
  /** Resolves when the listener hears of it for the next time. */
  hears(what: string): Promise<void>;
  /** A place for an attempt of the tenant; throws where there is none. */
  lease(tenant?: string, alone?: boolean): PoolLease;
  /** Runs a module in a place and gives the place back. */
  run(lease: PoolLease, source: string, changed?: Partial<AttemptMessage>): Promise<AttemptReport>;
}

const functionsUrl = new URL('./thread-functions.fixture.ts', import.meta.url).href;

/** Options of a pool of one thread in this process. */
export const poolOptions: PoolOptions = {
  containment: 'thread',
  isolation: 'tenant-isolate',
  processes: { count: 1, spares: 1, maxRssBytes: 2 ** 31, crashLog: undefined },
  engine: 'isolate',
  realm: { threadHeapBytes: 2 ** 27, stacks: false },
  threads: 1,
  attemptsPerThread: 4,
  isolates: {
    maxPerThread: 8,
    maxAgeMs: 600_000,
    maxUses: 1_000,
    maxHeapRatio: 0.9,
    preparedPerThread: 1,
  },
  memoryBytes: defaultLimits.memoryBytes,
  submitterFunctions: ['far'],
  hostModuleUrl: functionsUrl,
  functionProgram: () => {
    throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', 'there is none in this test');
  },
  listener: {
    workerStarted: () => {},
    workerExited: () => {},
    isolateRecycled: () => {},
    isolateWedged: () => {},
    processStarted: () => {},
    processWedged: () => {},
    processExited: () => {},
    slotFreed: () => {},
  },
};

/** What the submitting thread does for an attempt that asks for nothing. */
export const silentHost: AttemptHost = {
  hostCall: () => Promise.reject(new Error('not asked for in this test')),
  hostCalling: () => {},
  logged: () => {},
  hostCalled: () => {},
};

let lastAttemptId = 0;

/** An attempt to run a module in the pool. */
export function makeMessage(source: string, changed: Partial<AttemptMessage> = {}): AttemptMessage {
  const submittedMs = performance.now();
  const attemptId = ++lastAttemptId;
  return {
    attemptId,
    jobId: `job-${attemptId}`,
    tenant: 'acme',
    target: { kind: 'program', program: { source, sourceType: 'module', modules: [] } },
    input: writeParcel(undefined, parcelLimits(defaultLimits, 1_000)),
    limits: defaultLimits,
    reuse: 'tenant',
    context: { v: 1, entries: [] },
    guestContext: [],
    submittedMs,
    deadlineMs: submittedMs + defaultLimits.wallMs,
    trail: false,
    streamsLog: false,
    streamsHostCalls: false,
    ...changed,
  };
}

/** The value of a report. @throws the error in it */
export function valueOf({ settlement }: AttemptReport): unknown {
  if (!settlement.ok) throw errorFromWire(settlement.error);
  return readParcel(settlement.value);
}

/** Starts a {@link TestPool}; its end closes the pool and proves that nothing is left. */
export async function openPool(changed: Partial<PoolOptions> = {}): Promise<TestPool> {
  const leaks = leakCheck();
  const heard: string[] = [];
  const losses: ProcessLoss[] = [];
  const waiting = new Map<string, () => void>();
  const hear = (what: string): void => {
    heard.push(what);
    waiting.get(what)?.();
    waiting.delete(what);
  };
  const pool = await createPool({
    ...poolOptions,
    listener: {
      workerStarted: () => hear('started'),
      workerExited: (_thread, expected) => hear(expected ? 'left' : 'exited'),
      isolateRecycled: (_thread, tenant, reason) => hear(`recycled ${tenant} ${reason}`),
      isolateWedged: (_thread, tenant) => hear(`wedged ${tenant}`),
      processStarted: () => hear('process started'),
      processWedged: () => hear('process wedged'),
      processExited: (_processId, loss) => {
        if (loss !== undefined) losses.push(loss);
        hear(loss === undefined ? 'process left' : `process lost ${loss.how}`);
      },
      slotFreed: () => hear('freed'),
    },
    ...changed,
  });
  return {
    pool,
    heard,
    losses,
    hears(what) {
      const next = deferred();
      waiting.set(what, () => next.resolve());
      return next.promise;
    },
    lease(tenant = 'acme', alone = false) {
      const lease = pool.lease(tenant, alone);
      if (lease === undefined) throw new Error('no place is free');
      return lease;
    },
    async run(lease, source, more) {
      try {
        return await pool.run(lease, makeMessage(source, more), silentHost);
      } finally {
        lease.release();
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await leaks[Symbol.asyncDispose]();
    },
  };
}
