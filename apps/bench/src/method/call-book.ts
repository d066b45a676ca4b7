import { WrongAnswer } from '../lanes/lane.ts';
import type { Checks } from '../report/result.ts';
import type { LoadResult } from './open-loop.ts';

const exampleCount = 5;

/** Counts calls and what went wrong with them, over all loads of a scenario, and numbers them on. */
export class CallBook {
  #callCount = 0;
  #wrongCount = 0;
  #failedCount = 0;
  readonly #examples: string[] = [];

  /** Number of the next call. */
  get next(): number {
    return this.#callCount;
  }

  /** Counts what came of a load, and gives it back. */
  take(result: LoadResult): LoadResult {
    this.#callCount += result.callCount;
    for (const error of result.errors) this.fail(error);
    return result;
  }

  /** Counts a call that was made by itself. */
  count(callCount = 1): void {
    this.#callCount += callCount;
  }

  /** Counts an error: a `WrongAnswer` as wrong, all else as failed. */
  fail(error: unknown): void {
    if (error instanceof WrongAnswer) this.#wrongCount += 1;
    else this.#failedCount += 1;
    if (this.#examples.length < exampleCount) this.#examples.push(String(error));
  }

  checks(): Checks {
    return {
      callCount: this.#callCount,
      wrongCount: this.#wrongCount,
      failedCount: this.#failedCount,
      examples: this.#examples,
    };
  }
}
