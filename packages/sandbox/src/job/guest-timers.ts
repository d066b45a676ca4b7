/** The host's side of one job's timers. */
export class GuestTimers {
  readonly #wake: (id: number) => void;
  readonly #timers: Map<number, { timeout: NodeJS.Timeout; delayMs: number }> = new Map();

  /** @param wake - enters the guest for a timer that is due */
  constructor(wake: (id: number) => void) {
    this.#wake = wake;
  }

  /** @param again - whether an interval asks for its next turn, after the delay it was set with */
  set(id: number, delayMs: number, again: boolean): void {
    const wanted = again ? (this.#timers.get(id)?.delayMs ?? 1) : Math.max(1, delayMs);
    const timeout = setTimeout(() => this.#wake(id), wanted);
    this.#timers.set(id, { timeout, delayMs: wanted });
  }

  clear(id: number): void {
    clearTimeout(this.#timers.get(id)?.timeout);
    this.#timers.delete(id);
  }

  clearAll(): void {
    for (const { timeout } of this.#timers.values()) clearTimeout(timeout);
    this.#timers.clear();
  }
}
