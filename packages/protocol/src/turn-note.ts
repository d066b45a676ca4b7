/**
 * Says which attempt computes in a pool thread, where it can still be read when the thread is gone: one that has run out of
 * memory says nothing any more. The thread makes it and hands its buffer over; turns do not nest.
 */
export class TurnNote {
  /** What both sides share; to be posted, not transferred. */
  readonly buffer: SharedArrayBuffer;
  // Without Atomics: it is read after the end of the only one who writes.
  readonly #attemptId: Float64Array;

  /** @param buffer - that of the thread's note; the thread itself gives none */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#attemptId = new Float64Array(buffer);
  }

  /** A guest of the attempt computes from now on. @param attemptId - above 0 */
  begin(attemptId: number): void {
    this.#attemptId[0] = attemptId;
  }

  /** No guest computes from now on. */
  end(): void {
    this.#attemptId[0] = 0;
  }

  /**
   * Reads the note of a thread that is gone.
   *
   * @returns the attempt whose guest computed last, undefined where none did when the thread ended
   */
  read(): number | undefined {
    return this.#attemptId[0] || undefined;
  }
}
