import type { JobContext } from '@waybill/context';
import type { AttemptReport, WaybillError } from '@waybill/protocol';
import type { ProcessLoss } from '@waybill/pool';
import type { Verdict } from './blame.ts';
import { AttemptContext } from './job-depth.ts';
import type { JobTicket } from './job-ticket.ts';
import type { HeldPlace } from './turnstile.ts';

/** How the process of an attempt was lost, and what that says about it. */
export interface AttemptLoss {
  readonly loss: ProcessLoss;
  readonly verdict: Verdict;
}

/** What came of an attempt: the report of its thread, or why there is none. */
export type AttemptEnd = AttemptReport | WaybillError;

let lastId = 0;

/** One run of a job in one place. A job has a second one only after the first was lost. */
export class Attempt {
  /** Unique in this process, never used again. */
  readonly id: number = ++lastId;
  readonly ticket: JobTicket;
  readonly place: HeldPlace;
  readonly alone: boolean;
  /** `performance.now()` when the thread was given the attempt. */
  readonly beganMs: number = performance.now();
  /** What its host functions run in here; the next attempt at the job has another, and this one no rights any more. */
  readonly context: JobContext;
  /** Known before the pool says that the attempt is lost. */
  lost: AttemptLoss | undefined;
  #hasCalledHost = false;

  constructor(ticket: JobTicket, place: HeldPlace) {
    const { job, snapshot, deadlineMs, depth } = ticket.captured;
    this.ticket = ticket;
    this.place = place;
    this.alone = ticket.alone;
    this.context = new AttemptContext({ jobId: job.id, snapshot, deadlineMs }, depth);
  }

  /** Whether it called a host function, here or in its thread: what that did is not undone by the loss of the attempt. */
  get hasCalledHost(): boolean {
    return this.#hasCalledHost;
  }

  /** Whether nothing that comes from its thread counts any more. */
  get isOver(): boolean {
    return this.context.revoked;
  }

  /**
   * Notes that the attempt calls a host function.
   *
   * @throws `ERR_WAYBILL_CONTEXT_REVOKED` where it is over
   */
  callsHost(): void {
    this.context.run(() => void (this.#hasCalledHost = true));
  }

  /** Ends its rights. Idempotent. */
  end(error: WaybillError | undefined): void {
    this.context.revoke(error);
  }
}
