import { echo } from '../lanes/exchange.ts';
import type { Lane } from '../lanes/lane.ts';

/** Something that gives back what it is given. */
export interface Echo {
  readonly name: string;
  readonly answer: (input: number) => Promise<unknown>;
  /** Ends all that it has started. */
  readonly dispose: () => Promise<void>;
}

/** Makes a lane whose calls have to be answered with their number. */
export function echoLane({ name, answer, dispose }: Echo): Lane {
  return {
    name,
    call: answer,
    check: echo.check,
    [Symbol.asyncDispose]: dispose,
  };
}
