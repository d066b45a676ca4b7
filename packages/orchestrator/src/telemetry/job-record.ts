import {
  type AttemptReport,
  type ErrorCode,
  type Job,
  type Outcome,
  toWaybillError,
} from '@waybill/protocol';
import { guarded } from './guarded.ts';
import type { JobSpans, StepName } from './job-spans.ts';
import { type JobMetrics, inSeconds, typeOf } from './metrics.ts';

/** A host call that ended in the submitting thread. */
export interface RecordedHostCall {
  /** Name of the host function; absent where there is none of the name that the guest said. */
  readonly name: string | undefined;
  /** In ms of `performance.now()`. */
  readonly startedMs: number;
  readonly tookMs: number;
  /** What it failed with. */
  readonly code: ErrorCode | undefined;
}

/** Tells tracing and metrics what becomes of one job. Nothing that it is told throws here. */
export interface JobRecord {
  /** Takes one step of the job and gives what it gives; a step that throws is the job's last. */
  step<T>(name: StepName, take: () => T): T;
  admitted(job: Job): void;
  /** A thread has the job. */
  started(): void;
  /** The thread that had it has it no longer. */
  stopped(): void;
  /**
   * Adds the steps that were taken in the thread.
   *
   * @param givenMs - when the thread was given the attempt, in ms of `performance.now()`
   */
  reported(report: AttemptReport, givenMs: number): void;
  hostCall(call: RecordedHostCall): void;
  settled(outcome: Outcome): void;
}

const ignore = (): void => {};

/** The record of every job that nobody asks about. */
export const silentRecord: JobRecord = {
  step: (_name, take) => take(),
  admitted: ignore,
  started: ignore,
  stopped: ignore,
  reported: ignore,
  hostCall: ignore,
  settled: ignore,
};

/** The record of a job that is counted, measured and, where somebody records it, traced. */
export class LiveRecord implements JobRecord {
  readonly #metrics: JobMetrics;
  readonly #spans: JobSpans | undefined;

  /** @param spans - `undefined` where nobody records the job */
  constructor(metrics: JobMetrics, spans: JobSpans | undefined) {
    this.#metrics = metrics;
    this.#spans = spans;
  }

  step<T>(name: StepName, take: () => T): T {
    const spans = this.#spans;
    const fromMs = spans === undefined ? 0 : performance.now();
    const ended = (code?: ErrorCode): void =>
      guarded(() => spans?.step(name, { fromMs, toMs: performance.now() }, code));
    let taken: T;
    try {
      taken = take();
    } catch (error) {
      const { code } = toWaybillError(error);
      ended(code);
      this.#refused(code);
      throw error;
    }
    if (spans === undefined) return taken;
    if (taken instanceof Promise) {
      // Not what is given back: the job must not wait a tick longer because somebody looks on.
      taken.then(
        (value) => ended(codeOf(value)),
        (error: unknown) => ended(toWaybillError(error).code),
      );
    } else ended(codeOf(taken));
    return taken;
  }

  admitted({ id, tenant, functionName }: Job): void {
    guarded(() => {
      this.#metrics.open.add(1);
      if (this.#spans === undefined) return;
      const name = functionName === undefined ? {} : { 'waybill.function': functionName };
      this.#spans.describe({ 'waybill.job.id': id, 'waybill.tenant': tenant, ...name });
    });
  }

  started(): void {
    guarded(() => this.#metrics.running.add(1));
  }

  stopped(): void {
    guarded(() => this.#metrics.running.add(-1));
  }

  reported({ usage, steps }: AttemptReport, givenMs: number): void {
    const spans = this.#spans;
    if (spans === undefined || steps === undefined) return;
    const nowMs = performance.now();
    // The thread may be a guest's by now, and say what it wants.
    const within = (ms: number): number => Math.min(Math.max(ms, givenMs), nowMs);
    const startedMs = within(usage.startedMs);
    const reboundMs = within(startedMs + steps.rebindMs);
    const ranMs = within(reboundMs + steps.runMs);
    guarded(() => {
      spans.step('rebind', { fromMs: startedMs, toMs: reboundMs });
      spans.step('run', { fromMs: reboundMs, toMs: ranMs });
    });
  }

  hostCall({ name, startedMs, tookMs, code }: RecordedHostCall): void {
    guarded(() => {
      const attributes = name === undefined ? {} : { 'waybill.host_function': name };
      this.#metrics.hostCallDuration.record(inSeconds(tookMs), { ...attributes, ...typeOf(code) });
      this.#spans?.hostCall(name, { fromMs: startedMs, toMs: startedMs + tookMs }, code);
    });
  }

  settled(outcome: Outcome): void {
    const code = outcome.ok ? undefined : outcome.error.code;
    guarded(() => {
      const { queueMs, wallMs, cpuMs, hostCalls } = outcome.bill;
      const attributes = typeOf(code);
      this.#metrics.open.add(-1);
      this.#metrics.settled.add(1, attributes);
      this.#metrics.queueDuration.record(inSeconds(queueMs), attributes);
      this.#metrics.runDuration.record(inSeconds(wallMs), attributes);
      this.#metrics.cpuTime.record(inSeconds(cpuMs), attributes);
      if (hostCalls > 0) this.#metrics.hostCalls.add(hostCalls);
    });
    guarded(() => {
      this.#spans?.describe(costOf(outcome));
      this.#spans?.end(code);
    });
  }

  #refused(code: ErrorCode): void {
    guarded(() => this.#metrics.refused.add(1, typeOf(code)));
    guarded(() => this.#spans?.end(code));
  }
}

// A step that gives an error instead of what it was to give has failed.
function codeOf(taken: unknown): ErrorCode | undefined {
  return taken instanceof Error ? toWaybillError(taken).code : undefined;
}

function costOf({ bill, escalation, attemptCount }: Outcome): Record<string, string | number> {
  return {
    'waybill.cpu_ms': bill.cpuMs,
    'waybill.heap_bytes': bill.heapBytes,
    'waybill.host_calls': bill.hostCalls,
    'waybill.log_bytes': bill.logBytes,
    ...(escalation === undefined ? {} : { 'waybill.escalation': escalation }),
    ...(attemptCount === undefined ? {} : { 'waybill.attempt_count': attemptCount }),
  };
}
