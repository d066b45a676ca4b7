import type { ContextSnapshot } from '@waybill/context';
import type { AttemptMessage, Job, LogLine, WaybillError } from '@waybill/protocol';
import type { Attempt } from './attempt.ts';
import type { JobTrail } from './job-trail.ts';
import type { Waiter } from './turnstile.ts';

/** What was taken from the submitter the moment a job was submitted; later changes there do not reach it. */
export interface Captured {
  readonly job: Job;
  /** The submitter's exact context. */
  readonly snapshot: ContextSnapshot;
  readonly input: AttemptMessage['input'];
  readonly target: AttemptMessage['target'];
  readonly context: AttemptMessage['context'];
  readonly guestContext: AttemptMessage['guestContext'];
  /** An error made where the job was submitted: its stack is read only if the job fails. */
  readonly site: { readonly stack?: string };
  readonly onLog: ((line: LogLine) => void) | undefined;
  readonly submittedMs: number;
  readonly deadlineMs: number;
  /** How many jobs it is inside of, itself counted. */
  readonly depth: number;
}

/** `queued`: waits for a place. `running`: a thread has it. `settled`: its outcome is decided. */
export type TicketState = 'queued' | 'running' | 'settled';

/** Before all that a job may ask for: one that had a place once does not stand behind those that never had. */
const rerunPriority = Infinity;

/** A job between its admission and its outcome. */
export class JobTicket implements Waiter {
  readonly captured: Captured;
  readonly trail: JobTrail;
  /** Whether its next attempt needs a process where nothing else runs. */
  alone = false;
  #attempt: Attempt | undefined;
  #attemptCount = 0;
  #lossCount = 0;
  #state: TicketState = 'queued';
  // Functions and not promises: hardly any job is ever stopped.
  #tellStopped: ((error: WaybillError) => void) | undefined;
  #tellAsked: ((error: WaybillError) => void) | undefined;
  #askedToStop: WaybillError | undefined;
  #stoppedBy: WaybillError | undefined;
  #stop: (error: WaybillError) => void;

  constructor(captured: Captured, trail: JobTrail) {
    this.captured = captured;
    this.trail = trail;
    this.#stop = (error) => this.#giveUp(error);
  }

  get tenant(): string {
    return this.captured.job.tenant;
  }

  get priority(): number {
    return this.#attemptCount > 0 ? rerunPriority : this.captured.job.priority;
  }

  get state(): TicketState {
    return this.#state;
  }

  /** The latest attempt, once there was one. */
  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  /** How often it ran. */
  get attemptCount(): number {
    return this.#attemptCount;
  }

  /** Attempts that were lost and may have been lost to another guest. */
  get lossCount(): number {
    return this.#lossCount;
  }

  /** What somebody first asked for its end with, also where its thread was to end it and was lost before. */
  get askedToStop(): WaybillError | undefined {
    return this.#askedToStop;
  }

  /** Calls `tell` once with {@link askedToStop}: at once, or when it is. Only the latest is told. */
  whenAsked(tell: (error: WaybillError) => void): void {
    if (this.#askedToStop === undefined) this.#tellAsked = tell;
    else tell(this.#askedToStop);
  }

  /** Why the job was given up from outside, once it is: it must not start. */
  get stoppedBy(): WaybillError | undefined {
    return this.#stoppedBy;
  }

  /**
   * Calls `tell` once with why the job was given up from outside: at once, or when it is. Only the latest is told: a job waits
   * for one thing at a time.
   */
  whenStopped(tell: (error: WaybillError) => void): void {
    if (this.#stoppedBy === undefined) this.#tellStopped = tell;
    else tell(this.#stoppedBy);
  }

  /** The job runs from now on; `stop` tells the thread and leaves the settling to it. */
  begin(attempt: Attempt, tellThread: (error: WaybillError) => void): void {
    this.#state = 'running';
    this.#attempt = attempt;
    this.#attemptCount += 1;
    this.#stop = tellThread;
  }

  /**
   * Its attempt was lost, and it waits for a place again.
   *
   * @param toOthers - whether that may have been the doing of another guest
   */
  requeue(toOthers: boolean): void {
    if (toOthers) this.#lossCount += 1;
    this.#state = 'queued';
    this.#stop = (error) => this.#giveUp(error);
  }

  /** Asks for the job to end with an error. Where it runs, its thread settles it. */
  stop(error: WaybillError): void {
    if (this.#state === 'settled') return;
    const isFirst = this.#askedToStop === undefined;
    this.#askedToStop ??= error;
    if (isFirst) this.#tellAsked?.(error);
    this.#stop(error);
  }

  /** Gives the job up without its thread, which had its time. */
  abandon(error: WaybillError): void {
    if (this.#state !== 'settled') this.#giveUp(error);
  }

  settle(): void {
    this.#state = 'settled';
  }

  #giveUp(error: WaybillError): void {
    if (this.#stoppedBy !== undefined) return;
    this.#stoppedBy = error;
    this.#tellStopped?.(error);
  }
}
