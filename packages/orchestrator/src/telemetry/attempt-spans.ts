import {
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  context,
  trace as tracing,
} from '@opentelemetry/api';
import { formatTraceParent, startTrace } from '@waybill/context/w3c';
import type { DurableOutcome, ErrorCode } from '@waybill/protocol';
import type { LeasedAttempt } from '@waybill/queue';
import { guarded } from './guarded.ts';
import { markFailed } from './job-spans.ts';
import { readTraceParent, waybillTracer, writeTraceParent } from './trace-link.ts';

/** What is known of a durable attempt before it runs. */
export type AttemptFacts = Pick<LeasedAttempt, 'jobId' | 'tenant' | 'attempt' | 'submittedTrace'>;

/** Attempts that may have begun without running yet: as many as an executor has slots. */
const maxPendingCount = 1_000;

const keyOf = ({ jobId, attempt }: Pick<AttemptFacts, 'jobId' | 'attempt'>): string =>
  `${jobId}:${attempt}`;

/** The spans of durable attempts: each a trace of its own, linked to that of its submission. */
export class AttemptSpans {
  readonly #tracer: Tracer = waybillTracer();
  // From when an attempt gets its trace until it runs, which may never happen.
  readonly #pending: Map<string, Span> = new Map();

  /** Starts the span of an attempt. @returns its `traceparent`, or that of a fresh trace where there is no tracing system */
  begin(attempt: AttemptFacts): string {
    const span = guarded(() => this.#start(attempt));
    const header = span === undefined ? undefined : writeTraceParent(span.spanContext());
    if (span === undefined || header === undefined) return freshTrace();
    const key = keyOf(attempt);
    this.#drop(key);
    this.#pending.set(key, span);
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.size > maxPendingCount) this.#drop(oldest);
    return header;
  }

  /** Runs an attempt inside of its span, if it has one, and ends that with the outcome. */
  async run(attempt: AttemptFacts, start: () => Promise<DurableOutcome>): Promise<DurableOutcome> {
    const key = keyOf(attempt);
    const span = this.#pending.get(key);
    if (span === undefined) return start();
    this.#pending.delete(key);
    const outcome = await context.with(tracing.setSpan(context.active(), span), start);
    guarded(() => {
      if (!outcome.ok) markFailed(span, outcome.error.code);
      span.end();
    });
    return outcome;
  }

  /** Ends the span of an attempt that began and will not run. */
  drop(attempt: AttemptFacts, code: ErrorCode): void {
    const key = keyOf(attempt);
    const span = this.#pending.get(key);
    if (span !== undefined) guarded(() => markFailed(span, code));
    this.#drop(key);
  }

  #start({ jobId, tenant, attempt, submittedTrace }: AttemptFacts): Span {
    const submission = readTraceParent(submittedTrace);
    const attributes = {
      'waybill.job.id': jobId,
      'waybill.tenant': tenant,
      'waybill.attempt': attempt,
    };
    const links = submission === undefined ? [] : [{ context: submission }];
    const options = { root: true, kind: SpanKind.CONSUMER, attributes, links };
    return this.#tracer.startSpan('waybill.attempt', options, ROOT_CONTEXT);
  }

  #drop(key: string): void {
    const span = this.#pending.get(key);
    this.#pending.delete(key);
    guarded(() => span?.end());
  }
}

function freshTrace(): string {
  const header = formatTraceParent(startTrace());
  if (header === undefined) throw new TypeError('expected a fresh trace to be valid');
  return header;
}
