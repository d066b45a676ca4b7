import { availableParallelism } from 'node:os';
import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type Program,
  type ThreadStats,
  type WaybillError,
  errorToWire,
} from '@waybill/protocol';
import { setEngineFlags } from './engine-flags.ts';
import { PiscinaThreads } from './piscina-threads.ts';
import { placeAttempt } from './placement.ts';
import type { PoolMember } from './pool-member.ts';
import type { AttemptHost, PoolOptions } from './pool-options.ts';
import { Roster } from './roster.ts';
import { withinMs } from './within.ts';

/** The right to one place in one thread, until it is released. */
export interface PoolLease {
  readonly threadId: number;
  /** Gives the place back. Idempotent. */
  release(): void;
}

/** Numbers of a pool at one moment. */
export interface PoolStats {
  /** Places for attempts, taken and free. */
  readonly slotCount: number;
  readonly leasedCount: number;
  readonly threads: readonly ThreadStats[];
}

/** Threads that own isolates and run attempts. */
export interface Pool extends AsyncDisposable {
  /** Names of the host functions that live in the threads. */
  readonly workerFunctions: readonly string[];
  /** Takes a place for an attempt, or gives undefined where all are taken. */
  lease(tenant: string): PoolLease | undefined;
  /**
   * Runs an attempt in the leased place.
   *
   * @throws `ERR_WAYBILL_WORKER_EXITED` where the thread ends before the report
   */
  run(lease: PoolLease, message: AttemptMessage, host: AttemptHost): Promise<AttemptReport>;
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

const root = ContextSnapshot.root;

/** Isolates that may compute at once in one thread: together about as many as there are cores. */
function runningIsolates(threads: number): number {
  return Math.ceil(availableParallelism() / threads) + 1;
}

/**
 * Starts a pool; its threads are up and have loaded their host functions when it resolves. The caller closes it.
 *
 * Threads, ports and timers are made in the root context, whoever calls.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED`, `ERR_WAYBILL_INVALID_OPTIONS` or what else a thread failed to start with
 */
export function createPool(options: PoolOptions): Promise<Pool> {
  return root.run(() => startPool(options));
}

async function startPool(options: PoolOptions): Promise<Pool> {
  const { threads: threadCount, attemptsPerThread, listener } = options;
  setEngineFlags();
  const roster = new Roster(options);
  const threads = new PiscinaThreads(
    threadCount,
    attemptsPerThread,
    {
      isolates: options.isolates,
      memoryBytes: options.memoryBytes,
      runningIsolates: runningIsolates(threadCount),
      submitterFunctions: options.submitterFunctions,
      hostModuleUrl: options.hostModuleUrl,
    },
    roster,
  );
  try {
    await roster.complete;
  } catch (error) {
    await threads.destroy();
    throw error;
  }
  const members = new WeakMap<PoolLease, PoolMember>();
  const memberOf = (lease: PoolLease): PoolMember => {
    const member = members.get(lease);
    if (member === undefined) throw new TypeError('the lease is not of this pool');
    return member;
  };
  let closed: Promise<void> | undefined;

  const close = async (graceMs: number): Promise<void> => {
    roster.leave();
    await Promise.all(
      roster.members.map(async (member) => {
        const wedged = await withinMs(graceMs, member.peer.call('close', []), -1);
        if (wedged !== 0) member.wedgedCount += 1;
      }),
    );
    await withinMs(graceMs, threads.destroy(), undefined);
    for (const member of roster.members) member.peer[Symbol.dispose]();
  };

  const pool: Pool = {
    workerFunctions: roster.workerFunctions,
    lease(tenant) {
      const member = placeAttempt(roster.members, tenant, attemptsPerThread);
      if (member === undefined) return undefined;
      member.leasedCount += 1;
      let held = true;
      const lease: PoolLease = {
        threadId: member.threadId,
        release() {
          if (!held) return;
          held = false;
          member.leasedCount -= 1;
          listener.slotFreed();
        },
      };
      members.set(lease, member);
      return lease;
    },
    async run(lease, message, host) {
      const member = memberOf(lease);
      member.attempts.set(message.attemptId, host);
      try {
        return await root.run(() => threads.run(member.threadId, message));
      } finally {
        member.attempts.delete(message.attemptId);
      }
    },
    cancel(lease, attemptId, error) {
      const { peer } = memberOf(lease);
      // A broken session means that the thread is gone, and the attempt with it.
      peer.call('cancel', [attemptId, errorToWire(error)]).catch((failure: unknown) => {
        if (!peer.broken.aborted) throw failure;
      });
    },
    async checkProgram(program) {
      await roster.any().peer.call('checkProgram', [program]);
    },
    dropFunction(functionKey) {
      for (const { peer } of roster.members) {
        peer.call('dropFunction', [functionKey]).catch((failure: unknown) => {
          if (!peer.broken.aborted) throw failure;
        });
      }
    },
    async stats() {
      const ready = roster.members.filter((member) => member.isReady);
      return {
        slotCount: ready.length * attemptsPerThread,
        leasedCount: ready.reduce((sum, member) => sum + member.leasedCount, 0),
        threads: await Promise.all(ready.map((member) => member.peer.call('stats', []))),
      };
    },
    close: (graceMs) => (closed ??= root.run(close, graceMs)),
    [Symbol.asyncDispose]: () => pool.close(1_000),
  };
  return pool;
}
