import { WrongAnswer } from './lane.ts';

/** What a lane gives to its calls, and what these have to answer: the same for both lanes of a pair. */
export interface Exchange {
  /** Gives the input of a call. */
  readonly input: (number: number) => unknown;
  /** @throws WrongAnswer when the answer is not that of this call */
  readonly check: (number: number, answer: unknown) => void;
}

/** Gives the number of the call, and wants it back. */
export const echo: Exchange = {
  input: (number) => number,
  check(number, answer) {
    if (answer !== number) throw new WrongAnswer(number, answer);
  },
};
