import type { CpuClock, CpuReading } from '../engine/cpu-clock.ts';
import type { EndedTurn, TurnOwner } from '../engine/turn.ts';
import { overdueAfterMs } from './time-limits.ts';

/** A turn that the addon was given. */
export interface Turn {
  readonly owner: TurnOwner;
  readonly limitMs: number;
  /** The reading of the cpu clock when it was given. */
  readonly mark: CpuReading;
  /** Ends it, once. */
  readonly settle: (ended: EndedTurn) => void;
}

/** The turns of one isolate that the addon was given, in the order in which it runs them: the first one is running. */
export class TurnLine {
  readonly #clock: CpuClock;
  readonly #line: Turn[] = [];
  #firstSinceMs = 0;
  #toldOf: Turn | undefined;
  #watch: NodeJS.Timeout | undefined;
  #watchDueMs = 0;
  #isClosed = false;

  constructor(clock: CpuClock) {
    this.#clock = clock;
  }

  /** The turn that runs. */
  get first(): Turn | undefined {
    return this.#line[0];
  }

  /** What a turn has computed if it is the one that runs, in ms; the others nothing yet. */
  cpuMs(turn: Turn): number {
    if (turn !== this.first) return 0;
    return this.#clock.cpuMs(performance.now() - this.#firstSinceMs, turn.mark);
  }

  add(turn: Turn): void {
    this.#line.push(turn);
    if (this.#line.length === 1) this.#nextBegins(turn);
  }

  remove(turn: Turn): void {
    const index = this.#line.indexOf(turn);
    if (index < 0) return;
    this.#line.splice(index, 1);
    const next = this.first;
    if (index === 0 && next !== undefined) this.#nextBegins(next);
  }

  /** Watches over limits no longer: the isolate is gone, and what is left ends with it. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  /** Empties the line; gives what was in it, in order. */
  clear(): Turn[] {
    return this.#line.splice(0);
  }

  #nextBegins({ limitMs }: Turn): void {
    this.#firstSinceMs = performance.now();
    this.#watchUntil(this.#firstSinceMs + limitMs + overdueAfterMs);
  }

  // One timer serves many turns: it looks when the first of them that it was set for would be overdue.
  #watchUntil(dueMs: number): void {
    if (this.#isClosed || (this.#watch !== undefined && this.#watchDueMs <= dueMs)) return;
    clearTimeout(this.#watch);
    this.#watchDueMs = dueMs;
    this.#watch = setTimeout(() => this.#onWatch(), Math.max(0, dueMs - performance.now()));
    // A turn holds the thread by itself.
    this.#watch.unref();
  }

  #onWatch(): void {
    this.#watch = undefined;
    // Where this thread was away, the end of the turn is waiting to be heard, and is heard before.
    setImmediate(() => setImmediate(() => this.#lookAtFirst()));
  }

  #lookAtFirst(): void {
    const { first } = this;
    if (this.#isClosed || first === undefined || first === this.#toldOf) return;
    const dueMs = this.#firstSinceMs + first.limitMs + overdueAfterMs;
    if (performance.now() < dueMs) return this.#watchUntil(dueMs);
    this.#toldOf = first;
    first.owner.turnOverdue(this.cpuMs(first));
  }
}
