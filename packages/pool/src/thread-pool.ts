import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type Program,
  type WaybillError,
  errorToWire,
} from '@waybill/protocol';
import { type PiscinaThreads, workerExited } from './piscina-threads.ts';
import { placeAttempt } from './placement.ts';
import type { Pool, PoolLease, PoolStats } from './pool.ts';
import type { PoolMember } from './pool-member.ts';
import type { AttemptHost, PoolOptions } from './pool-options.ts';
import type { Roster } from './roster.ts';
import { withinMs } from './within.ts';

const { root } = ContextSnapshot;

/** How long a thread may take to say what it holds, in ms. */
const statsLimitMs = 1_000;

/** How long threads have to end at least, in ms, however long their isolates took. */
const leastEndMs = 250;

/** Places in the threads of this process, and the attempts in them. */
export class ThreadPool implements Pool {
  readonly #options: PoolOptions;
  readonly #roster: Roster;
  readonly #threads: PiscinaThreads;
  readonly #members: WeakMap<PoolLease, PoolMember> = new WeakMap();
  #closed: Promise<void> | undefined;

  /** @param threads - started, and their roster complete; the pool ends them */
  constructor(options: PoolOptions, roster: Roster, threads: PiscinaThreads) {
    this.#options = options;
    this.#roster = roster;
    this.#threads = threads;
  }

  get workerFunctions(): readonly string[] {
    return this.#roster.workerFunctions;
  }

  get freeCount(): number {
    const { slotCount, leasedCount } = this.#places();
    return slotCount - leasedCount;
  }

  lease(tenant: string): PoolLease | undefined {
    const { attemptsPerThread, listener } = this.#options;
    const member = placeAttempt(this.#roster.members, tenant, attemptsPerThread);
    if (member === undefined) return undefined;
    member.leasedCount += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      member.leasedCount -= 1;
      listener.slotFreed();
    };
    const lease: PoolLease = { threadId: member.threadId, release };
    this.#members.set(lease, member);
    return lease;
  }

  async run(lease: PoolLease, message: AttemptMessage, host: AttemptHost): Promise<AttemptReport> {
    const member = this.#memberOf(lease);
    const gone = Promise.withResolvers<never>();
    const forget = member.whenGone((cause) => gone.reject(workerExited(member.threadId, cause)));
    member.attempts.set(message.attemptId, host);
    try {
      const report = root.run(() => this.#threads.run(member.threadId, message));
      const made = await Promise.race([report, gone.promise]);
      member.isSuspect = false;
      return made;
    } finally {
      forget();
      member.attempts.delete(message.attemptId);
    }
  }

  suspect(lease: PoolLease): void {
    this.#memberOf(lease).isSuspect = true;
  }

  cancel(lease: PoolLease, attemptId: number, error: WaybillError): void {
    this.#tell(this.#memberOf(lease), (member) =>
      member.peer.call('cancel', [attemptId, errorToWire(error)]),
    );
  }

  async checkProgram(program: Program): Promise<void> {
    await this.#roster.any().peer.call('checkProgram', [program]);
  }

  dropFunction(functionKey: string): void {
    for (const each of this.#roster.members) {
      this.#tell(each, (member) => member.peer.call('dropFunction', [functionKey]));
    }
  }

  async stats(): Promise<PoolStats> {
    const deadlineMs = performance.now() + statsLimitMs;
    const ready = this.#roster.members.filter((member) => member.isReady);
    const asked = ready.map((member) => member.peer.call('stats', [], { deadlineMs }));
    const answers = await Promise.allSettled(asked);
    const threads = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    return { ...this.#places(), threads };
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= root.run(() => this.#end(graceMs));
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(1_000);
  }

  async #end(graceMs: number): Promise<void> {
    const members = [...this.#roster.members];
    this.#roster.leave();
    // Each thread disposes its isolates first: to terminate it with live ones hangs, or crashes the process.
    const overMs = performance.now() + graceMs;
    await Promise.all(members.map((member) => withinMs(graceMs, member.peer.call('close', []))));
    // Ends the threads. One with a guest that cannot be stopped does not end; it is left behind.
    const leftMs = Math.max(leastEndMs, overMs - performance.now());
    await withinMs(leftMs, this.#threads.destroy());
    for (const member of members) member.peer[Symbol.dispose]();
  }

  #places(): Pick<PoolStats, 'slotCount' | 'leasedCount'> {
    const ready = this.#roster.members.filter((member) => member.isReady);
    return {
      slotCount: ready.length * this.#options.attemptsPerThread,
      leasedCount: ready.reduce((sum, member) => sum + member.leasedCount, 0),
    };
  }

  #memberOf(lease: PoolLease): PoolMember {
    const member = this.#members.get(lease);
    if (member === undefined) throw new TypeError('the lease is not of this pool');
    return member;
  }

  // Sends something whose answer nobody needs. A broken session means that the thread is gone, and all it had.
  #tell(member: PoolMember, call: (member: PoolMember) => Promise<unknown>): void {
    call(member).catch((failure: unknown) => {
      if (member.peer.broken.aborted) return;
      process.emitWarning(`a worker thread refused: ${String(failure)}`, 'WaybillWarning');
    });
  }
}
