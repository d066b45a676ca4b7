import { inspect } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { errorFromWire, makeError } from '@waybill/protocol';
import type { ThreadGreeting } from '@waybill/worker/entry-url';
import type { ThreadsListener } from './piscina-threads.ts';
import { PoolMember } from './pool-member.ts';
import type { PoolListener, PoolOptions } from './pool-options.ts';

/** How long a thread may take to start, its host functions included. */
const startLimitMs = 30_000;

/** The threads that are up. Piscina replaces one that exits; the new one joins when it has introduced itself. */
export class Roster implements ThreadsListener {
  readonly members: PoolMember[] = [];
  readonly #options: PoolOptions;
  readonly #completed: PromiseWithResolvers<void> = Promise.withResolvers();
  #workerFunctions: readonly string[] = [];
  #isComplete = false;
  #leaving = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Waits until all threads have joined for the first time. @throws why one could not */
  async complete(): Promise<void> {
    const startLimit = setTimeout(() => {
      const words = `a worker thread was not ready ${startLimitMs} ms after its start`;
      this.#completed.reject(makeError('ERR_WAYBILL_HOST_MODULE_FAILED', words));
    }, startLimitMs);
    try {
      await this.#completed.promise;
    } finally {
      clearTimeout(startLimit);
    }
  }

  /** Names of the host functions that the threads' own module exports. */
  get workerFunctions(): readonly string[] {
    return this.#workerFunctions;
  }

  /** A thread that takes attempts. @throws `ERR_WAYBILL_WORKER_EXITED` where there is none at this moment */
  any(): PoolMember {
    const found = this.members.find((member) => member.isReady);
    if (found !== undefined) return found;
    throw makeError('ERR_WAYBILL_WORKER_EXITED', 'no worker thread is up at this moment');
  }

  /** The pool is closing: exits are expected from now on. */
  leave(): void {
    this.#leaving = true;
    for (const member of this.members) member.leave();
  }

  greeted(greeting: ThreadGreeting, worker: Worker): void {
    if (greeting.waybill === 'failed') {
      const known = this.members.find((member) => member.threadId === greeting.threadId);
      // One that was up dies of its error in a moment, and is heard of again.
      if (known === undefined) this.failed(errorFromWire(greeting.error));
      else known.fail();
      return;
    }
    const { functionProgram } = this.#options;
    this.#workerFunctions = greeting.workerFunctions;
    const member = new PoolMember(worker, greeting.port, {
      listener: this.#listener(),
      functionProgram,
    });
    this.members.push(member);
    if (this.#leaving) member.leave();
    this.#options.listener.workerStarted(member.threadId);
    this.#options.listener.slotFreed();
    if (this.members.length < this.#options.threads) return;
    this.#isComplete = true;
    this.#completed.resolve();
  }

  failed(error: unknown): void {
    this.#completed.reject(error);
    // Once the pool runs there is nobody to reject to; what operators' code threw must be seen all the same.
    if (this.#isComplete)
      process.emitWarning(`a worker thread failed: ${inspect(error)}`, 'WaybillWarning');
  }

  #listener(): PoolListener {
    const { listener } = this.#options;
    const workerExited = (threadId: number, expected: boolean): void => {
      const index = this.members.findIndex((member) => member.threadId === threadId);
      if (index >= 0) this.members.splice(index, 1);
      listener.workerExited(threadId, expected);
    };
    return {
      workerExited,
      workerStarted: (threadId) => listener.workerStarted(threadId),
      isolateRecycled: (...what) => listener.isolateRecycled(...what),
      isolateWedged: (...what) => listener.isolateWedged(...what),
      slotFreed: () => listener.slotFreed(),
    };
  }
}
