/** One side of a comparison: something that is called again and again, and checks what it is answered. */
export interface Lane extends AsyncDisposable {
  /** As the report shows it: `ours`, `bare isolate`. */
  readonly name: string;
  /**
   * Makes one call and checks its answer.
   *
   * @param number - counts the calls of a lane from 0; the answer has to belong to it
   * @throws WrongAnswer when the answer, or the context that a host function saw, is not the one of this call
   */
  call(number: number): Promise<void>;
}

/** A call was answered with what belongs to another one: whatever was measured counts for nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';

  constructor(expected: unknown, got: unknown) {
    super(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }
}
