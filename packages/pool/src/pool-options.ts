import type {
  FunctionProgram,
  HostCallEnded,
  IsolateSettings,
  LogLine,
  Parcel,
  RecycleReason,
} from '@waybill/protocol';

/** What a pool is made with. */
export interface PoolOptions {
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

/** Hears what happens to threads and isolates; called in the root context. */
export interface PoolListener {
  workerStarted(threadId: number): void;
  workerExited(threadId: number, expected: boolean): void;
  isolateRecycled(threadId: number, tenant: string, reason: RecycleReason): void;
  isolateWedged(threadId: number, tenant: string, reason: string): void;
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
  logged(line: LogLine): void;
  /** A host function of the pool thread was called for this attempt. */
  hostCalled(ended: HostCallEnded): void;
}
