import {
  type Context,
  type SpanContext,
  type Tracer,
  context,
  createTraceState,
  trace as tracing,
} from '@opentelemetry/api';
import {
  type TraceContext,
  formatTraceParent,
  formatTraceState,
  parseTraceParent,
  traceContext,
} from '@waybill/context/w3c';

/** Gives the tracer of this package: that of the system that is registered when it is used. */
export function waybillTracer(): Tracer {
  return tracing.getTracer('@waybill/orchestrator');
}

/** The same position in a trace, as OpenTelemetry says it; it came from elsewhere. */
function toSpanContext({ traceId, spanId, flags, state }: TraceContext): SpanContext {
  const position = { traceId, spanId, traceFlags: flags, isRemote: true };
  if (state.length === 0) return position;
  return { ...position, traceState: createTraceState(formatTraceState(state)) };
}

/** Under what a span of the current context belongs: the active span or, if there is none, our `traceContext` variable. */
export function parentHere(): Context {
  const active = context.active();
  if (tracing.getSpan(active) !== undefined) return active;
  const here = traceContext.get();
  return here === undefined ? active : tracing.setSpanContext(active, toSpanContext(here));
}

/** Reads a `traceparent`; `undefined` if it is none. */
export function readTraceParent(header: string | undefined): SpanContext | undefined {
  const parsed = header === undefined ? undefined : parseTraceParent(header);
  return parsed === undefined ? undefined : toSpanContext({ ...parsed, state: [] });
}

/** Gives the `traceparent` of a position in a trace; `undefined` where the tracing system is none. */
export function writeTraceParent(position: SpanContext): string | undefined {
  const { traceId, spanId, traceFlags } = position;
  return formatTraceParent({ traceId, spanId, flags: traceFlags, state: [] });
}
