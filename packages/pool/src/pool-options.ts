import type {
  Containment,
  EngineName,
  FunctionProgram,
  HostCallEnded,
  Isolation,
  IsolateSettings,
  LogLine,
  Parcel,
  PoolThreadEvent,
  ProcessSettings,
  RealmSettings,
  RecycleReason,
} from '@waybill/protocol';

/** What a pool is made with. */
export interface PoolOptions {
  readonly containment: Containment;
  readonly isolation: Isolation;
  readonly processes: ProcessSettings;
  /** What runs guests. */
  readonly engine: EngineName;
  readonly realm: RealmSettings;
  /** Threads of each process. */
  readonly threads: number;
  /** Attempts that one thread serves at once. */
  readonly attemptsPerThread: number;
  readonly isolates: IsolateSettings;
  /** Heap of isolates made ahead, in bytes. */
  readonly memoryBytes: number;
  /** Names of the host functions in the submitting thread. */
  readonly submitterFunctions: readonly string[];
  /** URL of the module of host functions that run in the threads. */
  readonly hostModuleUrl: string | undefined;
  /** Finds the program of a deployed function for a thread that does not have it. @throws where there is none */
  readonly functionProgram: (functionKey: string) => FunctionProgram;
  readonly listener: PoolListener;
}

/**
 * How a process was lost. `crash`: by itself. `outside`: somebody else killed it. `memory`: killed, it held more than it
 * may, or by somebody while it held much. `silent`: killed, it or a thread of it answered no more. `wedged`: killed, a
 * guest in it could not be stopped.
 */
export type LossKind = 'crash' | 'outside' | 'memory' | 'silent' | 'wedged';

/** A process that ended without having been closed. */
export interface ProcessLoss {
  readonly processId: number;
  readonly how: LossKind;
  /** For people. */
  readonly reason: string;
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  /** How long it had been up, in ms. */
  readonly upMs: number;
  /** Resident memory that it last reported, in bytes. */
  readonly rssBytes: number;
  /** The end of what it wrote to its standard error. */
  readonly stderrTail: string;
  /** The attempts that were running there. */
  readonly attemptIds: readonly number[];
}

/** Hears what happens to threads and isolates; called in the root context. */
export interface PoolListener {
  workerStarted(thread: PoolThreadEvent): void;
  workerExited(thread: PoolThreadEvent, expected: boolean): void;
  isolateRecycled(thread: PoolThreadEvent, tenant: string, reason: RecycleReason): void;
  isolateWedged(thread: PoolThreadEvent, tenant: string, reason: string): void;
  processStarted(processId: number): void;
  /** The process takes no new attempts and is killed in a moment. */
  processWedged(processId: number, reason: string): void;
  /** The process is gone; with a loss, if it was not closed. Called before the attempts there reject. */
  processExited(processId: number, loss: ProcessLoss | undefined): void;
  /** A place for an attempt became free. */
  slotFreed(): void;
}

/** The submitting thread's side of one attempt: called in no particular context, it rebinds its job's itself. */
export interface AttemptHost {
  hostCall(
    name: string,
    args: Parcel,
    callGuest: (callbackId: number, args: Parcel) => Promise<Parcel>,
  ): Promise<Parcel>;
  /** The attempt is about to call a host function in its thread for the first time. */
  hostCalling(): void;
  logged(line: LogLine): void;
  /** A host function of the pool thread was called for this attempt. */
  hostCalled(ended: HostCallEnded): void;
}
