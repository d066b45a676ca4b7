import type { ContextCodec } from '../carry-policy.ts';
import { ContextVariable } from '../context-variable.ts';
import { formatBaggage, MAX_BAGGAGE_BYTES, parseBaggage } from './baggage.ts';
import type { Baggage } from './baggage.ts';
import { formatTraceParent, parseTraceParent } from './trace-context.ts';
import type { TraceContext } from './trace-context.ts';
import { formatTraceState, parseTraceState } from './trace-state.ts';

/** Encodes a {@link TraceContext} as the pair of its two headers. */
export const traceContextCodec: ContextCodec<TraceContext> = {
  encode(trace) {
    const parent = formatTraceParent(trace);
    if (parent === undefined) throw new TypeError('expected a valid trace context');
    return [parent, formatTraceState(trace.state)];
  },
  decode(json) {
    if (!Array.isArray(json)) throw new TypeError('expected two headers');
    const [parent, state]: readonly unknown[] = json;
    if (typeof parent !== 'string' || typeof state !== 'string') {
      throw new TypeError('expected two headers');
    }
    const trace = parseTraceParent(parent);
    if (trace === undefined) throw new TypeError('expected a valid traceparent');
    return { ...trace, state: parseTraceState(state) };
  },
};

/** Encodes a {@link Baggage} as its header. Throws rather than leave out a member. */
export const baggageCodec: ContextCodec<Baggage> = {
  encode(entries) {
    const header = formatBaggage(entries);
    if (parseBaggage(header).size !== entries.size) {
      throw new TypeError('expected baggage that fits into one header');
    }
    return header;
  },
  decode(json) {
    if (typeof json !== 'string') throw new TypeError('expected a header');
    return parseBaggage(json);
  },
};

/**
 * The trace that the current request belongs to. Carried to workers and stored with durable jobs, so that their spans link
 * to the request that submitted them; not readable by guests.
 */
export const traceContext: ContextVariable<TraceContext> = new ContextVariable({
  name: 'w3c.trace-context',
  carry: { to: ['worker', 'queue'], codec: traceContextCodec },
});

/**
 * The baggage of the current request. Carried to workers only: it is free text from whoever called, often about people,
 * and stored with a durable job it would outlive the request by days. Declare a variable of your own with
 * {@link baggageCodec} where that is wanted.
 */
export const baggage: ContextVariable<Baggage> = new ContextVariable({
  name: 'w3c.baggage',
  // The header is ASCII without quotes, so its JSON text adds two bytes.
  carry: { to: ['worker'], codec: baggageCodec, maxBytes: MAX_BAGGAGE_BYTES + 2 },
});
