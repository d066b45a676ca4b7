import { setFlagsFromString } from 'node:v8';
import {
  type Limits,
  type LogLine,
  type WaybillError,
  callHostFunction,
  defaultLimits,
  parcelLimits,
  readParcel,
  writeParcel,
} from '@waybill/protocol';
import { CpuClock } from './engine/cpu-clock.ts';
import {
  type GuestIsolate,
  GuestJob,
  type GuestRealm,
  type HostCallHandler,
  loadProgram,
  prepareProgram,
} from './index.ts';
import { AddonIsolate } from './isolate/addon-isolate.ts';
import { CodeCache } from './isolate/code-cache.ts';
import { ProcessTimes, runClockBytes } from './isolate/process-times.ts';
import { TurnGate } from './isolate/turn-gate.ts';
import { openRealmEngine } from './realm/engine/realm-engine.ts';

// Without it, loops of guests cannot be interrupted at all; a pool's process sets it at its start.
setFlagsFromString('--no-turboshaft-loop-unrolling');

/** Host functions of a test, by name. */
export type HostFunctions = Record<string, (...args: never[]) => unknown>;

/** The engines, for tests that say of each what they say. */
export const engines = ['isolate', 'realm'] as const;

/** What a test's isolate is made with. */
export interface TestIsolateOptions {
  /** @defaultValue the engine that the test run says, else `'isolate'` */
  readonly engine?: (typeof engines)[number];
  /** Only to the engine `realm`. @defaultValue false */
  readonly stacks?: boolean;
  readonly host?: HostFunctions;
  readonly names?: readonly string[];
  readonly memoryBytes?: number;
  readonly tenant?: string;
  readonly gate?: TurnGate;
  readonly codeCache?: CodeCache;
  readonly cpuClock?: CpuClock;
}

/** What a test's job is made with. */
export interface TestJobOptions {
  readonly input?: unknown;
  readonly limits?: Partial<Limits>;
  readonly modules?: Readonly<Record<string, string>>;
  readonly sourceType?: 'module' | 'expression';
  readonly context?: readonly (readonly [string, string])[];
  readonly host?: HostFunctions;
  readonly onLog?: (line: LogLine) => void;
  readonly onSeen?: (context: readonly (readonly [string, string])[]) => void;
}

/** How a job of a test ended. */
export interface Ended {
  readonly value?: unknown;
  readonly error?: WaybillError;
  readonly code: string | undefined;
  readonly job: GuestJob;
  readonly logs: readonly string[];
}

/** An isolate whose jobs are one line of a test; disposes itself. */
export class TestIsolate implements AsyncDisposable {
  readonly engine: (typeof engines)[number];
  readonly isolate: GuestIsolate;
  readonly wedged: string[] = [];
  readonly #host: HostFunctions;

  constructor(options: TestIsolateOptions = {}) {
    this.#host = options.host ?? {};
    const kit = { hostFunctionNames: options.names ?? Object.keys(this.#host) };
    const { memoryBytes = 64 * 2 ** 20, tenant = 'acme' } = options;
    const wanted = options.engine ?? process.env['WAYBILL_TEST_ENGINE'];
    this.engine = engines.find((engine) => engine === wanted) ?? 'isolate';
    if (this.engine === 'realm') {
      const { stacks = false } = options;
      const onTurn = (): void => undefined;
      this.isolate = openRealmEngine({ kit, stacks, threadHeapBytes: 2 ** 30, onTurn }).makeIsolate(
        memoryBytes,
      );
      this.isolate.adopt(tenant);
      return;
    }
    this.isolate = new AddonIsolate({
      tenant,
      memoryBytes,
      kit,
      gate: options.gate ?? new TurnGate(2),
      codeCache: options.codeCache ?? new CodeCache(),
      cpuClock:
        options.cpuClock ?? new CpuClock(new ProcessTimes(new SharedArrayBuffer(runClockBytes))),
      onWedged: (_isolate, reason) => this.wedged.push(reason),
    });
  }

  /** Runs a program in a realm of its own and waits for its end. */
  async run(source: string, options: TestJobOptions = {}): Promise<Ended> {
    const realm = await this.isolate.openRealm();
    try {
      return await this.ended(this.start(realm, source, options));
    } finally {
      realm.close();
    }
  }

  /** Gives the value of a program that must succeed. */
  async value(source: string, options: TestJobOptions = {}): Promise<unknown> {
    const { value, error } = await this.run(source, options);
    if (error !== undefined) throw error;
    return value;
  }

  /** Starts a job; without a source, in the program that its realm has. */
  start(realm: GuestRealm, source: string | undefined, options: TestJobOptions = {}): GuestJob {
    const limits: Limits = { ...defaultLimits, ...options.limits };
    const nowMs = performance.now();
    const { sourceType = 'module', modules = {}, context = [], onLog, onSeen } = options;
    const program =
      source === undefined
        ? undefined
        : prepareProgram({ source, sourceType, modules: Object.entries(modules) });
    return new GuestJob(realm, {
      attemptId: 1,
      input: writeParcel(options.input, parcelLimits(limits, limits.inputBytes)),
      limits,
      context,
      submittedMs: nowMs,
      deadlineMs: nowMs + limits.wallMs,
      program,
      hostCall: answer(options.host ?? this.#host, limits),
      onLog,
      onSeen,
    });
  }

  /** A realm that has evaluated a program and serves many jobs. */
  async warm(source: string, modules: Readonly<Record<string, string>> = {}): Promise<GuestRealm> {
    const realm = await this.isolate.openRealm();
    const program = prepareProgram({
      source,
      sourceType: 'module',
      modules: Object.entries(modules),
    });
    const failure = await loadProgram(realm, program, { limits: defaultLimits, attemptId: 1 });
    if (failure !== undefined) throw failure;
    return realm;
  }

  async ended(job: GuestJob): Promise<Ended> {
    const settlement = await job.settled;
    const logs = job.logs.map(({ text }) => text);
    if (settlement.ok) return { value: readParcel(settlement.value), code: undefined, job, logs };
    return { error: settlement.error, code: settlement.error.code, job, logs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.isolate.dispose();
    if (this.wedged.length > 0) throw new Error(`wedged: ${this.wedged.join(', ')}`);
  }
}

function answer(host: HostFunctions, limits: Limits): HostCallHandler {
  return async ({ name, args, callGuest }) => {
    const fn = host[name];
    if (fn === undefined) throw new Error(`the test has no host function ${name}`);
    return callHostFunction(fn, { name, args, limits, callGuest });
  };
}
