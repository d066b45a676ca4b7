/** A value on its way, and which. */
export type Numbered = readonly [id: number, value: unknown];

/** Sends values over something that sends every message back. */
export class RoundTrips {
  readonly #send: (message: Numbered) => void;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #nextId = 0;

  constructor(send: (message: Numbered) => void) {
    this.#send = send;
  }

  /** Resolves with what came back. */
  make(value: unknown): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send([id, value]);
    });
  }

  /** Takes a message that came back. */
  take([id, value]: Numbered): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }
}
