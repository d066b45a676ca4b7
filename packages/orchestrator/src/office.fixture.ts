import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type CrashReport,
  type JobSpec,
  type SettingsSpec,
  type WaybillError,
  makeError,
  writeParcel,
} from '@waybill/protocol';
import { parseSettings } from '@waybill/protocol/parse';
import type { AttemptHost, LossKind, Pool, PoolLease, ProcessLoss } from '@waybill/pool';
import { type Deferred, deferred, leakCheck } from '@waybill/testkit';
import { admit } from './admit.ts';
import type { Attempt } from './attempt.ts';
import { capture } from './capture.ts';
import { carry } from './carry.ts';
import { EventHub } from './event-hub.ts';
import { FunctionRegistry } from './function-registry.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office, OfficeState } from './office.ts';
import { newCounts } from './office-counts.ts';
import { processLost } from './process-lost.ts';
import { Quarantine } from './quarantine.ts';
import { shareOf } from './tenant-share.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { TrackRecord } from './track-record.ts';
import { Turnstile } from './turnstile.ts';

/** An attempt that the fake pool was given. */
export interface GivenAttempt {
  readonly message: AttemptMessage;
  readonly host: AttemptHost;
  readonly report: Deferred<AttemptReport>;
  /** Whether it has its process for itself. */
  readonly alone: boolean;
}

/** An office whose pool is an object of the test: it runs nothing and says what it was asked for. */
export interface TestOffice extends AsyncDisposable {
  readonly office: Office;
  readonly attempts: GivenAttempt[];
  /** What the pool was asked to cancel, as `attemptId code`. */
  readonly cancelled: string[];
  /** What the pool finds out of a thread that was late. */
  doubt: FakePool['doubt'];
  /** Places taken now. */
  readonly leasedCount: number;
  /** Says that a process is lost with these attempts, as a pool does: first to the listener, then by rejecting each. */
  loseProcess(how: LossKind, attempts: readonly GivenAttempt[]): CrashReport;
  /** Begins an attempt at a job, in a place that is nobody's. */
  begin(ticket: JobTicket, tellThread?: (error: WaybillError) => void): Attempt;
  /** Says how far the closing is. */
  setState(state: OfficeState): void;
  /** Takes a job in, without starting it. */
  admit(spec?: Partial<JobSpec>): JobTicket;
}

// A process of its own for each place and each loss: whoever needs two of the same says so.
let lastProcessId = 0;

/** What a thread reports of a job that gave a value. */
export function reportOf(value: unknown): AttemptReport {
  return {
    settlement: { ok: true, value: writeParcel(value, { maxChars: 1_000, maxDepth: 10 }) },
    logs: [],
    hops: [],
    usage: {
      startedMs: performance.now(),
      cpuMs: 1,
      heapBytes: 2,
      hostCalls: 3,
      hostWaitMs: 4,
      logBytes: 5,
    },
  };
}

const source = 'export default () => 1';

/** A loss as a pool tells of it. */
export function lossBy(how: LossKind, attemptIds: readonly number[]): ProcessLoss {
  return {
    processId: ++lastProcessId,
    how,
    reason: `lost in a test: ${how}`,
    signal: 'SIGKILL',
    exitCode: null,
    upMs: 10,
    rssBytes: 20,
    stderrTail: 'the end',
    attemptIds,
  };
}

interface FakePool {
  readonly pool: Pool;
  readonly attempts: GivenAttempt[];
  readonly cancelled: string[];
  leasedCount: number;
  /** Called when a place is given back. */
  freed: () => void;
  /** What is found out of a thread that was late. */
  doubt: Awaited<ReturnType<Pool['suspect']>>;
}

function fakePool(slotCount: number): FakePool {
  const aloneLeases = new WeakSet<PoolLease>();
  const lease = (_tenant: string, alone = false): PoolLease | undefined => {
    if (fake.leasedCount === slotCount) return undefined;
    fake.leasedCount += 1;
    const release = (): void => {
      fake.leasedCount -= 1;
      fake.freed();
    };
    const given: PoolLease = { processId: ++lastProcessId, threadId: 1, release };
    if (alone) aloneLeases.add(given);
    return given;
  };
  const pool = {
    get freeCount() {
      return slotCount - fake.leasedCount;
    },
    lease,
    run: (given: PoolLease, message: AttemptMessage, host: AttemptHost) => {
      const report = deferred<AttemptReport>();
      fake.attempts.push({ message, host, report, alone: aloneLeases.has(given) });
      return report.promise;
    },
    suspect: async () => fake.doubt,
    isHeldBy: async () => false,
    cancel: (_lease: PoolLease, attemptId: number, error: WaybillError) =>
      void fake.cancelled.push(`${attemptId} ${error.code}`),
    close: () => Promise.resolve(),
  };
  const fake: FakePool = {
    pool: pool as unknown as Pool,
    attempts: [],
    cancelled: [],
    doubt: 'answers',
    leasedCount: 0,
    freed: () => {},
  };
  return fake;
}

/** Opens a {@link TestOffice} with places for `slotCount` jobs; its end proves that nothing is left. */
export function openOffice(slotCount: number, spec: SettingsSpec = {}): TestOffice {
  const leaks = leakCheck();
  let state: OfficeState = 'open';
  const fake = fakePool(slotCount);
  const settings = parseSettings(spec, { defaultThreads: 1 });
  const turnstile = new Turnstile({
    lease: (tenant, alone) => fake.pool.lease(tenant, alone),
    freeCount: () => fake.pool.freeCount,
    shareOf: (tenant) => shareOf(settings, tenant),
    now: () => performance.now(),
  });
  fake.freed = () => turnstile.serve();
  const events = new EventHub();
  const { root } = ContextSnapshot;
  const office: Office = {
    settings,
    hostFunctions: new Map(),
    functions: new FunctionRegistry(settings.limits),
    events,
    pool: fake.pool,
    turnstile,
    tickets: new Map(),
    attempts: new Map(),
    trackRecord: new TrackRecord(),
    quarantine: new Quarantine((program) => events.emit(root, 'guest:quarantined', program)),
    crashLog: undefined,
    counts: newCounts(),
    telemetry: new Telemetry(),
    root,
    state: () => state,
  };
  return {
    office,
    attempts: fake.attempts,
    cancelled: fake.cancelled,
    get leasedCount() {
      return fake.leasedCount;
    },
    get doubt() {
      return fake.doubt;
    },
    set doubt(doubt) {
      fake.doubt = doubt;
    },
    loseProcess: (how, attempts) => {
      const report = processLost(
        office,
        lossBy(
          how,
          attempts.map((each) => each.message.attemptId),
        ),
      );
      for (const attempt of attempts) {
        attempt.report.reject(makeError('ERR_WAYBILL_PROCESS_EXITED', 'in a test'));
      }
      return report;
    },
    begin: (ticket, tellThread = () => {}) => {
      const lease: PoolLease = { processId: ++lastProcessId, threadId: 1, release: () => {} };
      const { attempt } = carry(office, ticket, { lease, release: () => {} });
      ticket.begin(attempt, tellThread);
      return attempt;
    },
    setState: (next) => void (state = next),
    admit: (job) => admit(office, capture(office, { source, ...job }, { site: {} })),
    [Symbol.asyncDispose]: () => leaks[Symbol.asyncDispose](),
  };
}
