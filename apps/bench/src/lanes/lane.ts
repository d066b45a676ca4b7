/** One side of a comparison: something that is called again and again, and can tell what it has to be answered. */
export interface Lane extends AsyncDisposable {
  /** As the report shows it: `ours`, `bare isolate`. */
  readonly name: string;
  /**
   * Makes one call and gives its answer.
   *
   * @param number - counts the calls of a scenario from 0; the answer has to belong to it
   */
  call(number: number): Promise<unknown>;
  /**
   * Checks an answer, after the time was taken: to look at a large one takes longer than to get it.
   *
   * @throws WrongAnswer when the answer, or the context that a host function saw, is not the one of this call
   */
  readonly check: (number: number, answer: unknown) => void;
}

/** Makes a call whose time nobody takes. @throws what the call or its check throws */
export async function callChecked(lane: Lane, number: number): Promise<void> {
  lane.check(number, await lane.call(number));
}

/** A call was answered with what belongs to another one: whatever was measured counts for nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';

  constructor(expected: unknown, got: unknown) {
    super(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }
}
