import type { WaybillError } from '@waybill/protocol';
import { neverSettlesError } from './limit-errors.ts';

/** A job that may wait for what can never come. */
export interface Stoppable {
  /** Whether its guest has returned to nobody, and nothing is under way that could wake it. */
  readonly isStuck: boolean;
  stop(error: WaybillError): void;
}

/** Stops a job whose guest can never settle. */
export class StuckWatch {
  readonly #job: Stoppable;
  #isLooking = false;

  constructor(job: Stoppable) {
    this.#job = job;
  }

  /** To be called whenever something that was under way has ended. */
  look(): void {
    if (this.#isLooking || !this.#job.isStuck) return;
    this.#isLooking = true;
    // What the guest has sent may have to be heard yet, and what that sets off here has to begin.
    setImmediate(() => setImmediate(() => this.#lookAgain()));
  }

  #lookAgain(): void {
    this.#isLooking = false;
    if (this.#job.isStuck) this.#job.stop(neverSettlesError());
  }
}
