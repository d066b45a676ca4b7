import type { TurnGate, TurnTaker } from './turn-gate.ts';

/** How long an isolate may keep its place while others wait for one. */
const quantumMs = 20;

/**
 * The turns of one isolate: started in order, several in flight where the gate lets the isolate run, so that the
 * thread hand-off of one overlaps with the work of another.
 */
export class TurnQueue implements TurnTaker {
  readonly #gate: TurnGate;
  readonly #ownerOf: () => string;
  readonly #pending: (() => Promise<unknown>)[] = [];
  #mode: 'idle' | 'waiting' | 'running' | 'yielding' | 'closed' = 'idle';
  #inFlightCount = 0;
  #heldSinceMs = 0;

  /** @param ownerOf - whose isolate it is; one that is made ahead has no owner yet */
  constructor(gate: TurnGate, ownerOf: () => string) {
    this.#gate = gate;
    this.#ownerOf = ownerOf;
  }

  get owner(): string {
    return this.#ownerOf();
  }

  /** Turns that were started and have not ended. */
  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  /**
   * Starts a turn as soon as its isolate may run.
   *
   * @param run - starts the turn; its promise must not reject
   */
  submit(run: () => Promise<unknown>): void {
    // In a closed queue every turn starts at once, to hear that its isolate is gone.
    if (this.#mode === 'closed' || (this.#mode === 'running' && !this.#mustYield())) {
      this.#start(run);
      return;
    }
    this.#pending.push(run);
    if (this.#mode === 'idle') {
      this.#mode = 'waiting';
      this.#gate.enter(this);
    }
  }

  begin(): void {
    if (this.#mode !== 'waiting') {
      this.#gate.leave(this);
      return;
    }
    this.#mode = 'running';
    this.#heldSinceMs = performance.now();
    for (const run of this.#pending.splice(0)) this.#start(run);
  }

  /**
   * Gives the place up for good, also where a turn never ends: its thread is lost, the others' turns are not.
   * Turns that have not started are started all the same, so that each hears that its isolate is gone.
   */
  close(): void {
    if (this.#mode === 'waiting') this.#gate.forget(this);
    const holds = this.#mode === 'running' || this.#mode === 'yielding';
    this.#mode = 'closed';
    if (holds) this.#gate.leave(this);
    for (const run of this.#pending.splice(0)) this.#start(run);
  }

  #mustYield(): boolean {
    if (!this.#gate.contested || performance.now() - this.#heldSinceMs < quantumMs) return false;
    this.#mode = 'yielding';
    return true;
  }

  #start(run: () => Promise<unknown>): void {
    this.#inFlightCount += 1;
    void run().finally(() => this.#ended());
  }

  #ended(): void {
    this.#inFlightCount -= 1;
    if (this.#inFlightCount > 0 || this.#mode === 'closed') return;
    this.#mode = this.#pending.length > 0 ? 'waiting' : 'idle';
    this.#gate.leave(this);
    if (this.#pending.length > 0) this.#gate.enter(this);
  }
}
