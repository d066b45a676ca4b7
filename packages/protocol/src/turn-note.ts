/**
 * Says which attempt computes in a pool thread, where it can be read of a thread that says nothing: one that has run out of
 * memory and is gone, or one that a guest holds. The thread makes it and hands its buffer over; turns do not nest.
 */
export class TurnNote {
  /** What both sides share; to be posted, not transferred. */
  readonly buffer: SharedArrayBuffer;
  // Without Atomics: only one writes, 8 aligned bytes at once. Who reads it live may see what was; that only delays an answer.
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
   * Reads the note, also of a thread that is gone.
   *
   * @returns the attempt whose guest computes, or did when the thread ended; undefined where none does or did
   */
  read(): number | undefined {
    return this.#attemptId[0] || undefined;
  }
}
