import { inspect } from 'node:util';
import { makeError } from '@waybill/protocol';
import { PoolMember } from './pool-member.ts';
import type { PoolListener, PoolOptions } from './pool-options.ts';
import type { JoinedThread, ThreadsListener } from './threads.ts';

/** How long a thread may take to start, its host functions included. */
const startLimitMs = 30_000;

/** The threads of one process that are up. Piscina replaces one that exits; the new one joins when it has introduced itself. */
export class Roster implements ThreadsListener {
  readonly processId: number;
  readonly members: PoolMember[] = [];
  readonly #options: PoolOptions;
  readonly #completed: PromiseWithResolvers<void> = Promise.withResolvers();
  // In the order in which they are replaced.
  readonly #worn: Set<PoolMember> = new Set();
  #workerFunctions: readonly string[] = [];
  #isComplete = false;
  #leaving = false;

  constructor(options: PoolOptions, processId: number) {
    this.processId = processId;
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

  /** Whether all threads have joined once. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The threads will not be complete any more, and that is known already. */
  giveUp(error: unknown): void {
    this.#completed.reject(error);
  }

  /** Names of the host functions that the threads' own module exports. */
  get workerFunctions(): readonly string[] {
    return this.#workerFunctions;
  }

  /** The pool is closing: exits are expected from now on. */
  leave(): void {
    this.#leaving = true;
    for (const member of this.members) member.leave();
  }

  joined(thread: JoinedThread): void {
    const { functionProgram } = this.#options;
    const { processId } = this;
    // All threads load the same module: what the first one says holds.
    if (!this.#isComplete) this.#workerFunctions = thread.workerFunctions;
    const member = new PoolMember(thread, {
      processId,
      listener: this.#listener(),
      functionProgram,
      wornOut: (worn) => this.#wornOut(worn),
    });
    this.members.push(member);
    if (this.#leaving) member.leave();
    this.#options.listener.workerStarted({ processId, threadId: member.threadId });
    this.#options.listener.slotFreed();
    if (this.members.length < this.#options.threads) return;
    this.#isComplete = true;
    this.#completed.resolve();
    this.#retireNext();
  }

  failing(threadId: number): void {
    this.members.find((member) => member.threadId === threadId)?.fail();
  }

  failed(error: unknown): void {
    this.#completed.reject(error);
    // Once the pool runs there is nobody to reject to; what operators' code threw must be seen all the same.
    if (this.#isComplete)
      process.emitWarning(`a worker thread failed: ${inspect(error)}`, 'WaybillWarning');
  }

  #wornOut(member: PoolMember): void {
    if (member.isReady) this.#worn.add(member);
    this.#retireNext();
  }

  // One after the other, and only while all others are there: those serve meanwhile.
  #retireNext(): void {
    const areAllThere = this.members.length === this.#options.threads;
    if (!areAllThere || !this.members.every(({ isReady }) => isReady)) return;
    const [next] = this.#worn;
    if (next === undefined) return;
    this.#worn.delete(next);
    next.retire();
  }

  #listener(): PoolListener {
    const { listener } = this.#options;
    return {
      ...listener,
      workerExited: (thread, expected) => {
        const index = this.members.findIndex(({ threadId }) => threadId === thread.threadId);
        for (const gone of index < 0 ? [] : this.members.splice(index, 1)) this.#worn.delete(gone);
        listener.workerExited(thread, expected);
      },
    };
  }
}
