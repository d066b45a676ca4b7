import { inspect } from 'node:util';
import { makeError } from '@waybill/protocol';
import { type Crew, type Crews, leasedCountOf } from '../crew.ts';
import { type Doubt, doubtThread } from '../doubt-thread.ts';
import type { PoolMember } from '../pool-member.ts';
import type { PoolOptions, ProcessLoss } from '../pool-options.ts';
import { PoolProcess, type ProcessLinks } from './pool-process.ts';
import { planFor } from './tenant-processes.ts';

/** Spares that attempts may have for themselves at one moment and that are made up for. */
const maxHeldSpares = 3;

/** The wait after a process that could not be started, in ms: it doubles with each in a row. */
const backoffMs = { first: 250, most: 30_000 };

/**
 * The pool processes: some serve, warm spares stand by. A spare takes over the moment one is lost, and a new one is started
 * in its place.
 */
export class Fleet implements Crews, ProcessLinks {
  readonly #options: PoolOptions;
  readonly #processes: Set<PoolProcess> = new Set();
  #serving: readonly PoolProcess[] = [];
  #isFilling = false;
  #failedCount = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts the processes that serve; they are up when it resolves, the spares follow. @throws why one could not start */
  static async start(options: PoolOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    const { count } = options.processes;
    try {
      await Promise.all(Array.from({ length: count }, () => fleet.#startOne()));
      fleet.#fill();
      return fleet;
    } catch (error) {
      await fleet.close(0);
      throw error;
    }
  }

  get serving(): readonly PoolProcess[] {
    return this.#serving;
  }

  get all(): readonly PoolProcess[] {
    return [...this.#processes].filter(({ state }) => state !== 'starting');
  }

  open(tenant: string, alone: boolean): readonly Crew[] {
    if (alone) return this.#idleSpares().slice(0, 1);
    return this.#options.isolation === 'tenant-process' ? this.#openFor(tenant) : this.#serving;
  }

  placed(crew: Crew, tenant: string): void {
    const process = crew as PoolProcess;
    if (this.#options.isolation === 'tenant-process') process.serve(tenant);
    if (!process.isServing) this.#fill();
  }

  async doubt(crew: Crew, member: PoolMember, attemptId: number): Promise<Doubt> {
    const doubt = await doubtThread(member, attemptId);
    const process = crew as PoolProcess;
    if (doubt === 'silent') process.wedge('a thread was late and did not answer', 'silent');
    else if (doubt === 'held') this.giveUp(process);
    return doubt;
  }

  giveUp(crew: Crew): void {
    (crew as PoolProcess).wedge('a guest in it could not be stopped');
  }

  wedged(process: PoolProcess, reason: string): void {
    this.#options.listener.processWedged(process.processId, reason);
    // The next spare is started when this one is gone: until then its guest has a core, and who takes over needs the other.
    this.#standDown(process);
  }

  exiting(process: PoolProcess): void {
    this.#standDown(process);
  }

  exited(process: PoolProcess, loss: ProcessLoss | undefined): void {
    const wasUp = this.#processes.delete(process) && process.roster.isComplete;
    if (wasUp) this.#options.listener.processExited(process.processId, loss);
    this.#standDown(process);
    this.#fill();
  }

  emptied(process: PoolProcess): void {
    // Where processes are not shared, one in which an attempt ran alone is of no use to another tenant.
    const isUsedUp = !process.isServing && process.tenant !== undefined;
    if (isUsedUp || this.#isSurplus(process) || process.makesWayFor !== undefined)
      this.#retire(process);
    else this.#promote();
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await Promise.all([...this.#processes].map((process) => process.close(graceMs)));
  }

  #idleSpares(): PoolProcess[] {
    return [...this.#processes].filter(
      (each) => each.state === 'ready' && !each.isServing && leasedCountOf(each) === 0,
    );
  }

  #openFor(tenant: string): readonly Crew[] {
    const { attemptsPerThread } = this.#options;
    const { open, makesWay } = planFor(tenant, this.#serving, attemptsPerThread);
    // Where one is missing it comes up in a moment, and nobody has to make way for it.
    const isOneMissing = this.#serving.length < this.#options.processes.count;
    if (makesWay === undefined || isOneMissing) return open;
    makesWay.makesWayFor = tenant;
    if (leasedCountOf(makesWay) > 0) return open;
    this.#retire(makesWay);
    return planFor(tenant, this.#serving, attemptsPerThread).open;
  }

  // Started in place of spares that attempts had for themselves.
  #isSurplus(process: PoolProcess): boolean {
    const { count, spares } = this.#options.processes;
    return (
      !process.isServing && this.#serving.length === count && this.#idleSpares().length > spares
    );
  }

  #retire(process: PoolProcess): void {
    void process.close(0);
    this.#standDown(process);
  }

  // It serves no more; a spare does, if there is one.
  #standDown(process: PoolProcess): void {
    process.isServing = false;
    this.#serving = this.#serving.filter((each) => each !== process);
    this.#promote();
  }

  #promote(): void {
    const missingCount = this.#options.processes.count - this.#serving.length;
    if (missingCount <= 0 || this.#isClosed) return;
    const promoted = this.#idleSpares().slice(0, missingCount);
    for (const process of promoted) process.isServing = true;
    this.#serving = [...this.#serving, ...promoted];
    if (promoted.length > 0) this.#options.listener.slotFreed();
  }

  // One after the other: each start costs the others a core.
  #fill(): void {
    const { count, spares } = this.#options.processes;
    const living = [...this.#processes].filter(
      ({ state }) => state === 'starting' || state === 'ready',
    );
    // A spare that somebody has for himself stands by for nobody.
    const heldCount = living.filter((each) => !each.isServing && leasedCountOf(each) > 0).length;
    if (this.#isFilling || this.#isClosed || this.#retry !== undefined) return;
    if (living.length >= count + spares + Math.min(heldCount, maxHeldSpares)) return;
    this.#isFilling = true;
    this.#startOne()
      .then(
        () => void (this.#failedCount = 0),
        (error: unknown) => this.#retryLater(error),
      )
      .finally(() => {
        this.#isFilling = false;
        this.#fill();
      });
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed) return;
    const waitMs = Math.min(backoffMs.most, backoffMs.first * 2 ** this.#failedCount);
    this.#failedCount += 1;
    const words = `a pool process could not be started, the next try is in ${waitMs} ms: ${inspect(error)}`;
    process.emitWarning(words, 'WaybillWarning');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#fill();
    }, waitMs);
  }

  async #startOne(): Promise<void> {
    const process = new PoolProcess(this.#options, this);
    this.#processes.add(process);
    try {
      await process.start();
    } catch (error) {
      await process.close(0);
      throw error;
    }
    if (this.#isClosed) throw makeError('ERR_WAYBILL_CLOSED', 'the pool was closed meanwhile');
    this.#options.listener.processStarted(process.processId);
    this.#promote();
    // A spare is a place too, for an attempt that has to run alone.
    this.#options.listener.slotFreed();
  }
}
