import {
  type Attributes,
  type Context,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace as tracing,
} from '@opentelemetry/api';
import type { ErrorCode } from '@waybill/protocol';
import { parentHere } from './trace-link.ts';

/** The nine steps of a job's life. */
export type StepName =
  | 'capture'
  | 'admit'
  | 'lease'
  | 'carry'
  | 'rebind'
  | 'run'
  | 'settle'
  | 'bill'
  | 'release';

/** From when to when, in ms of `performance.now()`. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Host calls of one job that get a span: a guest decides how many it makes. */
export const maxHostCallSpans = 128;

/** Marks a span as failed. Only the code: the words of an error may be a guest's. */
export function markFailed(span: Span, code: ErrorCode): void {
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * The spans of one job. None of them is ever the active span: what runs for the job runs in the exact context of its submitter.
 */
export class JobSpans {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #inside: Context;
  // Once a job and not once a process: the time of day is set, and machines sleep.
  readonly #epochMs: number;
  #hostCallCount = 0;

  private constructor(tracer: Tracer, startedMs: number) {
    this.#tracer = tracer;
    this.#epochMs = Date.now() - startedMs;
    const parent = parentHere();
    const startTime = this.#epochMs + startedMs;
    this.#span = tracer.startSpan('waybill.job', { startTime }, parent);
    this.#inside = tracing.setSpan(parent, this.#span);
  }

  /** Starts the span of a job that is submitted here and now; gives `undefined` where nobody records it. */
  static start(tracer: Tracer): JobSpans | undefined {
    const spans = new JobSpans(tracer, performance.now());
    return spans.#span.isRecording() ? spans : undefined;
  }

  step(name: StepName, period: Period, code?: ErrorCode): void {
    this.#child(`waybill.${name}`, period, { code });
  }

  hostCall(name: string | undefined, period: Period, code: ErrorCode | undefined): void {
    this.#hostCallCount += 1;
    if (this.#hostCallCount > maxHostCallSpans) return;
    const attributes = name === undefined ? {} : { 'waybill.host_function': name };
    this.#child('waybill.host_call', period, { code, attributes });
  }

  describe(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  end(code: ErrorCode | undefined): void {
    if (code !== undefined) markFailed(this.#span, code);
    this.#span.end(this.#epochMs + performance.now());
  }

  #child(
    name: string,
    { fromMs, toMs }: Period,
    { code, attributes = {} }: { code: ErrorCode | undefined; attributes?: Attributes },
  ): void {
    const startTime = this.#epochMs + fromMs;
    const span = this.#tracer.startSpan(name, { startTime, attributes }, this.#inside);
    if (code !== undefined) markFailed(span, code);
    span.end(this.#epochMs + toMs);
  }
}
