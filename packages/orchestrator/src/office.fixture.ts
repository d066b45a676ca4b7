import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type JobSpec,
  type SettingsSpec,
  type WaybillError,
  writeParcel,
} from '@waybill/protocol';
import { parseSettings } from '@waybill/protocol/parse';
import type { AttemptHost, Pool, PoolLease } from '@waybill/pool';
import { type Deferred, deferred, leakCheck } from '@waybill/testkit';
import { admit } from './admit.ts';
import { capture } from './capture.ts';
import { EventHub } from './event-hub.ts';
import { FunctionRegistry } from './function-registry.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office, OfficeState } from './office.ts';
import { Turnstile } from './turnstile.ts';

/** An attempt that the fake pool was given. */
export interface GivenAttempt {
  readonly message: AttemptMessage;
  readonly host: AttemptHost;
  readonly report: Deferred<AttemptReport>;
}

/** An office whose pool is an object of the test: it runs nothing and says what it was asked for. */
export interface TestOffice extends AsyncDisposable {
  readonly office: Office;
  readonly attempts: GivenAttempt[];
  /** What the pool was asked to cancel, as `attemptId code`. */
  readonly cancelled: string[];
  /** Places taken now. */
  readonly leasedCount: number;
  /** Says how far the closing is. */
  setState(state: OfficeState): void;
  /** Takes a job in, without starting it. */
  admit(spec?: Partial<JobSpec>): JobTicket;
}

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

/** Opens a {@link TestOffice} with places for `slotCount` jobs; its end proves that nothing is left. */
export function openOffice(slotCount: number, spec: SettingsSpec = {}): TestOffice {
  const leaks = leakCheck();
  const attempts: GivenAttempt[] = [];
  const cancelled: string[] = [];
  let leasedCount = 0;
  let state: OfficeState = 'open';
  const lease = (): PoolLease | undefined => {
    if (leasedCount === slotCount) return undefined;
    leasedCount += 1;
    const release = (): void => {
      leasedCount -= 1;
      turnstile.serve();
    };
    return { threadId: 1, release };
  };
  const turnstile = new Turnstile(lease);
  const pool = {
    get freeCount() {
      return slotCount - leasedCount;
    },
    lease,
    run: (_lease: PoolLease, message: AttemptMessage, host: AttemptHost) => {
      const report = deferred<AttemptReport>();
      attempts.push({ message, host, report });
      return report.promise;
    },
    suspect: () => undefined,
    cancel: (_lease: PoolLease, attemptId: number, error: WaybillError) =>
      void cancelled.push(`${attemptId} ${error.code}`),
    close: () => Promise.resolve(),
  };
  const settings = parseSettings(spec, { defaultThreads: 1 });
  const office: Office = {
    settings,
    hostFunctions: new Map(),
    functions: new FunctionRegistry(settings.limits),
    events: new EventHub(),
    pool: pool as unknown as Pool,
    turnstile,
    tickets: new Map(),
    root: ContextSnapshot.root,
    state: () => state,
  };
  return {
    office,
    attempts,
    cancelled,
    get leasedCount() {
      return leasedCount;
    },
    setState: (next) => void (state = next),
    admit: (job) => admit(office, capture(office, { source, ...job }, { site: {} })),
    [Symbol.asyncDispose]: () => leaks[Symbol.asyncDispose](),
  };
}
