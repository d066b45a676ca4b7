export { baggage, baggageCodec, traceContext, traceContextCodec } from './variables.ts';
export { childOf, RANDOM_FLAG, SAMPLED_FLAG, startTrace } from './trace-context.ts';
export { formatTraceParent, parseTraceParent } from './trace-context.ts';
export type { RandomBytes, TraceContext } from './trace-context.ts';
export { formatTraceState, parseTraceState } from './trace-state.ts';
export type { TraceState } from './trace-state.ts';
export { formatBaggage, parseBaggage } from './baggage.ts';
export type { Baggage, BaggageEntry } from './baggage.ts';
export { BaggagePropagator, CompositePropagator, TraceContextPropagator } from './propagators.ts';
export { headersGetter, headersSetter } from './propagator.ts';
export type {
  HeaderRecord,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
} from './propagator.ts';
