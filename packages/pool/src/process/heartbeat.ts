/** How often a process is asked for a sign of life, in ms. */
const beatMs = 250;

/** How long it may owe one, in ms, before it counts as silent: its event loop only carries messages. */
const silentMs = 3_000;

/** What a {@link Heartbeat} asks and tells. */
export interface HeartbeatLinks {
  /** Asks the process for a sign of life. */
  readonly ask: () => void;
  /** The process owes one for too long. */
  readonly onSilent: () => void;
}

/** Asks a process again and again whether it is alive. Ended by whoever made it. */
export class Heartbeat implements Disposable {
  readonly #timer: NodeJS.Timeout;
  // Beats of our own since the last sign: while this process itself is stopped, nobody is late.
  #owedCount = 0;

  constructor({ ask, onSilent }: HeartbeatLinks) {
    this.#timer = setInterval(() => {
      if (this.#owedCount * beatMs >= silentMs) {
        this[Symbol.dispose]();
        return onSilent();
      }
      this.#owedCount += 1;
      ask();
    }, beatMs);
  }

  /** A sign of life came. */
  answered(): void {
    this.#owedCount = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
