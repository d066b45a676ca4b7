import { type ContextSnapshot, JobContext } from '@waybill/context';
import type { AttemptMessage, Job, LogLine, WaybillError } from '@waybill/protocol';
import type { PoolLease } from '@waybill/pool';
import type { JobTrail } from './job-trail.ts';

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
}

/** `queued`: waits for a place. `running`: a thread has it. `settled`: its outcome is decided. */
export type TicketState = 'queued' | 'running' | 'settled';

let lastAttemptId = 0;

/** A job between its admission and its outcome. */
export class JobTicket {
  readonly captured: Captured;
  readonly attemptId: number = ++lastAttemptId;
  /** The job's rights in this thread; revoked when it settles. */
  readonly context: JobContext;
  readonly trail: JobTrail;
  lease: PoolLease | undefined;
  #beganMs: number | undefined;
  #state: TicketState = 'queued';
  readonly #stopped: PromiseWithResolvers<WaybillError> = Promise.withResolvers();
  #stoppedBy: WaybillError | undefined;
  #stop: (error: WaybillError) => void;

  constructor(captured: Captured, trail: JobTrail) {
    const { job, snapshot, deadlineMs } = captured;
    this.captured = captured;
    this.trail = trail;
    this.context = new JobContext({ jobId: job.id, snapshot, deadlineMs });
    this.#stop = (error) => this.#giveUp(error);
  }

  get state(): TicketState {
    return this.#state;
  }

  /** `performance.now()` when a thread was given the job, once it was. */
  get beganMs(): number | undefined {
    return this.#beganMs;
  }

  /** Why the job was given up from outside, once it is: it must not start. */
  get stoppedBy(): WaybillError | undefined {
    return this.#stoppedBy;
  }

  /** Resolves to why the job was given up from outside, if it is. */
  get stopped(): Promise<WaybillError> {
    return this.#stopped.promise;
  }

  /** The job runs from now on; `stop` tells the thread and leaves the settling to it. */
  begin(tellThread: (error: WaybillError) => void): void {
    this.#state = 'running';
    this.#beganMs = performance.now();
    this.#stop = tellThread;
  }

  /** Asks for the job to end with an error. Where it runs, its thread settles it. */
  stop(error: WaybillError): void {
    if (this.#state !== 'settled') this.#stop(error);
  }

  /** Gives the job up without its thread, which had its time. */
  abandon(error: WaybillError): void {
    if (this.#state !== 'settled') this.#giveUp(error);
  }

  settle(): void {
    this.#state = 'settled';
  }

  #giveUp(error: WaybillError): void {
    this.#stoppedBy ??= error;
    this.#stopped.resolve(error);
  }
}
