import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type Program,
  type WaybillError,
  errorToWire,
  makeError,
} from '@waybill/protocol';
import type { Crews } from './crew.ts';
import { CrewLease, type Place } from './crew-lease.ts';
import { type Doubt, holderOf } from './doubt-thread.ts';
import { placeAttempt } from './placement.ts';
import type { Pool, PoolLease, PoolStats } from './pool.ts';
import type { PoolMember } from './pool-member.ts';
import type { AttemptHost, PoolOptions } from './pool-options.ts';
import { errorOfAttempt } from './thread-gone.ts';

const { root } = ContextSnapshot;

/** How long a thread may take to say what it holds, in ms. */
const statsLimitMs = 1_000;

/** How long it may take to find out whose guest holds a thread, in ms. */
const holderLimitMs = 100;

/** Places in the threads of all crews, and the attempts in them. */
export class CrewPool implements Pool {
  readonly #options: PoolOptions;
  readonly #crews: Crews;
  readonly #workerFunctions: readonly string[];
  #closed: Promise<void> | undefined;

  /** @param crews - started; the pool ends them */
  constructor(options: PoolOptions, crews: Crews) {
    this.#options = options;
    this.#crews = crews;
    this.#workerFunctions = crews.serving[0]?.roster.workerFunctions ?? [];
  }

  get workerFunctions(): readonly string[] {
    return this.#workerFunctions;
  }

  get freeCount(): number {
    // Asked several times for each job.
    let freeCount = 0;
    for (const { roster } of this.#crews.serving) {
      for (const { isReady, leasedCount } of roster.members)
        if (isReady) freeCount += this.#options.attemptsPerThread - leasedCount;
    }
    return freeCount;
  }

  lease(tenant: string, alone = false): PoolLease | undefined {
    if (this.#closed !== undefined) return undefined;
    const { attemptsPerThread, listener } = this.#options;
    const crews = this.#crews.open(tenant, alone);
    const members = crews.flatMap(({ roster }) => roster.members);
    const member = placeAttempt(members, tenant, attemptsPerThread);
    const crew = crews.find(({ processId }) => processId === member?.processId);
    if (member === undefined || crew === undefined) return undefined;
    member.lease();
    this.#crews.placed(crew, tenant);
    return new CrewLease(this, { crew, member }, () => {
      member.release();
      crew.released();
      listener.slotFreed();
    });
  }

  async run(lease: PoolLease, message: AttemptMessage, host: AttemptHost): Promise<AttemptReport> {
    const { crew, member } = this.#placeOf(lease);
    const { threadHeapBytes } = this.#options.realm;
    const gone = Promise.withResolvers<never>();
    const forget = member.whenGone((how) =>
      gone.reject(errorOfAttempt(how, message.attemptId, threadHeapBytes)),
    );
    const letGo = member.take(message, host);
    try {
      const report = root.run(() => crew.run(member.threadId, message));
      const made = await Promise.race([report, gone.promise]);
      member.isSuspect = false;
      // Whoever says that a guest could not be stopped says that its process must end.
      if (made.escalation === 'wedge') this.#crews.giveUp(crew);
      return made;
    } finally {
      forget();
      letGo();
    }
  }

  suspect(lease: PoolLease, attemptId: number): Promise<Doubt> {
    const { crew, member } = this.#placeOf(lease);
    return root.run(() => this.#crews.doubt(crew, member, attemptId));
  }

  async isHeldBy(lease: PoolLease, attemptId: number): Promise<boolean> {
    const { member } = this.#placeOf(lease);
    return (await root.run(() => holderOf(member, holderLimitMs))) === attemptId;
  }

  cancel(lease: PoolLease, attemptId: number, error: WaybillError): void {
    this.#tell(this.#placeOf(lease).member, (member) =>
      member.peer.call('cancel', [attemptId, errorToWire(error)]),
    );
  }

  async checkProgram(program: Program): Promise<void> {
    // A spare, if there is one: no guest has run there that could read along.
    const { all, serving } = this.#crews;
    const blankFirst = [...all.filter((crew) => !serving.includes(crew)), ...serving];
    const members = blankFirst.flatMap(({ roster }) => roster.members);
    const ready = members.find((member) => member.isReady);
    if (ready !== undefined) return ready.peer.call('checkProgram', [program]);
    throw makeError('ERR_WAYBILL_WORKER_EXITED', 'no worker thread is up at this moment');
  }

  dropFunction(functionKey: string): void {
    for (const { roster } of this.#crews.all) {
      for (const each of roster.members) {
        this.#tell(each, (member) => member.peer.call('dropFunction', [functionKey]));
      }
    }
  }

  async stats(): Promise<PoolStats> {
    const deadlineMs = performance.now() + statsLimitMs;
    const ready = this.#crews.all.flatMap(({ roster }) =>
      roster.members.filter((member) => member.isReady),
    );
    const asked = ready.map(async ({ processId, peer }) => ({
      processId,
      ...(await peer.call('stats', [], { deadlineMs })),
    }));
    const answers = await Promise.allSettled(asked);
    const threads = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const processes = this.#crews.all.map((crew) => crew.stats());
    return { ...this.#count(), processes, threads };
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= root.run(() => this.#crews.close(graceMs));
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(1_000);
  }

  #count(): Pick<PoolStats, 'slotCount' | 'leasedCount'> {
    const members = this.#crews.serving.flatMap(({ roster }) => roster.members);
    const ready = members.filter((member) => member.isReady);
    return {
      slotCount: ready.length * this.#options.attemptsPerThread,
      leasedCount: ready.reduce((sum, member) => sum + member.leasedCount, 0),
    };
  }

  #placeOf(lease: PoolLease): Place {
    if (lease instanceof CrewLease && lease.pool === this) return lease.place;
    throw new TypeError('the lease is not of this pool');
  }

  // Sends something whose answer nobody needs. A broken session means that the thread is gone, and all it had.
  #tell(member: PoolMember, call: (member: PoolMember) => Promise<unknown>): void {
    call(member).catch((failure: unknown) => {
      if (member.peer.broken.aborted) return;
      process.emitWarning(`a worker thread refused: ${String(failure)}`, 'WaybillWarning');
    });
  }
}
