import type { AsyncResource } from 'node:async_hooks';
import type { CpuClock } from '../../engine/cpu-clock.ts';
import type { EndedTurn, TurnEnd, TurnOwner, TurnTerms } from '../../engine/turn.ts';
import { setDrainImmediate } from '../drain-immediate.ts';
import { isDrainTimeout } from '../drain-script.ts';

/** What the turns of a realm are made in. */
export interface TurnGround {
  /** Runs what was entered. @throws Node's timeout error, where that took longer */
  drain(owner: TurnOwner, limitMs: number): void;
  /** Takes what the guest told. */
  collect(): void;
  /** What the drain has set off in the host is through. */
  drained(): void;
  /** A turn was cut off: what else was in the realm's queue is lost, and so is the realm. */
  poisoned(): void;
}

/** What the realms of a thread share. */
export interface TurnMeans {
  /** Of the root context. */
  readonly resource: AsyncResource;
  readonly clock: CpuClock;
  /** What a limit costs by itself, in ms: it is not the guest's. */
  readonly limitCostMs: number;
}

interface WaitingTurn {
  readonly enter: () => void;
  readonly terms: TurnTerms;
  readonly settle: (ended: EndedTurn) => void;
}

/**
 * Entries that one drain may serve. What the kit lets a guest ask for in one entry, it lets it ask for in each, and all of it
 * is handed over at once.
 */
const maxBatch = 16;

/** The longest limit that Node takes, in ms. */
const maxLimitMs = 2 ** 31 - 1;

/**
 * The entries into one realm, in order. One turn of the event loop has one drain, in which the first of them runs and
 * those behind it of the same owner: a limit costs as much as a short job, and each owner is billed what is its own.
 */
export class RealmTurns {
  readonly #ground: TurnGround;
  readonly #means: TurnMeans;
  #waiting: WaitingTurn[] = [];
  #unset: (() => void) | undefined;
  #isClosed = false;

  constructor(ground: TurnGround, means: TurnMeans) {
    this.#ground = ground;
    this.#means = means;
  }

  /**
   * Makes an entry at the end of this turn of the event loop, or of a later one.
   *
   * @param enter - leaves the work to the realm's microtask queue
   */
  add(enter: () => void, terms: TurnTerms): Promise<EndedTurn> {
    const { promise, resolve } = Promise.withResolvers<EndedTurn>();
    this.#waiting.push({ enter, terms, settle: resolve });
    this.#schedule();
    return promise;
  }

  /** Nothing runs any more; what waits ends as lost. */
  close(): void {
    this.#isClosed = true;
    this.#unset?.();
    for (const { settle } of this.#waiting.splice(0)) settle({ end: 'lost', cpuMs: 0 });
  }

  #schedule(): void {
    if (this.#isClosed) return this.close();
    if (this.#unset !== undefined || this.#waiting.length === 0) return;
    this.#unset = setDrainImmediate(this.#means.resource, {
      drain: () => this.#run(),
      ended: () => this.#ground.drained(),
    });
  }

  #run(): boolean {
    this.#unset = undefined;
    const { batch, limitMs } = this.#nextBatch();
    const owner = batch[0]?.terms.owner;
    const isCut = owner !== undefined && this.#runBatch(batch, owner, limitMs);
    this.#schedule();
    return isCut;
  }

  #runBatch(batch: readonly WaitingTurn[], owner: TurnOwner, limitMs: number): boolean {
    const { clock, limitCostMs } = this.#means;
    const mark = clock.mark();
    const endRun = clock.begin();
    const startedMs = performance.now();
    let end: TurnEnd = 'done';
    try {
      for (const { enter } of batch) enter();
      this.#ground.drain(owner, limitMs);
    } catch (error) {
      end = isDrainTimeout(error) ? 'timed-out' : 'lost';
    }
    const ranMs = Math.max(0, performance.now() - startedMs - limitCostMs);
    endRun(undefined);
    this.#ground.collect();
    const [first, ...rest] = batch;
    first?.settle({ end, cpuMs: clock.cpuMs(ranMs, mark) });
    for (const { settle } of rest) settle({ end, cpuMs: 0 });
    if (end === 'done') return false;
    this.#ground.poisoned();
    return true;
  }

  // One whose owner wants it no more ends at once.
  #nextBatch(): { readonly batch: readonly WaitingTurn[]; readonly limitMs: number } {
    const owner = this.#waiting[0]?.terms.owner;
    const batch: WaitingTurn[] = [];
    let limitMs = maxLimitMs;
    while (this.#waiting[0]?.terms.owner === owner && batch.length < maxBatch) {
      const turn = this.#waiting.shift();
      if (turn === undefined) break;
      const budgetMs = turn.terms.budget();
      if (budgetMs <= 0) {
        turn.settle({ end: 'done', cpuMs: 0 });
        continue;
      }
      batch.push(turn);
      limitMs = Math.min(limitMs, Math.ceil(budgetMs));
    }
    return { batch, limitMs };
  }
}
