import type { Doubt } from './doubt-thread.ts';
import type {
  AttemptMessage,
  AttemptReport,
  PoolThreadEvent,
  Program,
  ThreadStats,
  WaybillError,
} from '@waybill/protocol';
import type { AttemptHost } from './pool-options.ts';

/** The right to one place in one thread, until it is released. */
export interface PoolLease {
  readonly processId: number;
  readonly threadId: number;
  /** Gives the place back. Idempotent. */
  release(): void;
}

/** One process of a pool at one moment. */
export interface ProcessStats {
  readonly processId: number;
  /**
   * `serving` takes attempts, `spare` stands by or runs one alone, `wedged` waits for its end, `leaving` is being closed.
   */
  readonly state: 'serving' | 'spare' | 'wedged' | 'leaving';
  /** Resident memory, in bytes; 0 with `containment: 'thread'`, whose process is not the pool's own. */
  readonly rssBytes: number;
  readonly leasedCount: number;
}

/** Numbers of a pool at one moment. */
export interface PoolStats {
  /** Places for attempts, taken and free. */
  readonly slotCount: number;
  readonly leasedCount: number;
  readonly processes: readonly ProcessStats[];
  /** Those that answered within a second; one whose host functions block it does not. */
  readonly threads: readonly (ThreadStats & PoolThreadEvent)[];
}

/** Threads that own isolates and run attempts. */
export interface Pool extends AsyncDisposable {
  /** Names of the host functions that live in the threads. */
  readonly workerFunctions: readonly string[];
  /** Places for attempts that are free. */
  readonly freeCount: number;
  /**
   * Takes a place for an attempt.
   *
   * @param alone - in a process where nothing else runs, or will run until the place is given back: what ends the process
   *   then was this attempt. Without meaning with `containment: 'thread'`
   * @returns undefined where the tenant can have none at this moment
   */
  lease(tenant: string, alone?: boolean): PoolLease | undefined;
  /**
   * Runs an attempt in the leased place.
   *
   * @throws `ERR_WAYBILL_WORKER_EXITED` where the thread ends before the report, `ERR_WAYBILL_PROCESS_EXITED` where its
   *   process does, after the listener heard of it
   */
  run(lease: PoolLease, message: AttemptMessage, host: AttemptHost): Promise<AttemptReport>;
  /**
   * Says that the thread of a place was late with the report of an attempt. It is spared until it reports again; where the
   * attempt's guest holds it, it is ended, and where it does not end, its process is.
   *
   * @returns what was found out; never rejects
   */
  suspect(lease: PoolLease, attemptId: number): Promise<Doubt>;
  /**
   * Whether the guest of the attempt holds its thread, which can happen with the engine `realm`: nothing else is heard of there
   * then. Takes a tenth of a second at most; never rejects.
   */
  isHeldBy(lease: PoolLease, attemptId: number): Promise<boolean>;
  /** Settles a running attempt with an error; no answer is waited for. */
  cancel(lease: PoolLease, attemptId: number, error: WaybillError): void;
  /** @throws what a job with the program would fail with before it runs */
  checkProgram(program: Program): Promise<void>;
  /** Takes a deployed function out of service in every thread. */
  dropFunction(functionKey: string): void;
  stats(): Promise<PoolStats>;
  /**
   * Stops what still runs, disposes the isolates and ends the threads. Idempotent.
   *
   * @param graceMs - how long the threads may take; a thread with a guest that cannot be stopped is left behind
   */
  close(graceMs: number): Promise<void>;
}
