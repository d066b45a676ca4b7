import { ContextSnapshot } from '../context-snapshot.ts';
import { formatBaggage, MAX_BAGGAGE_BYTES, parseBaggage } from './baggage.ts';
import { readList } from './propagator.ts';
import type { TextMapGetter, TextMapPropagator, TextMapSetter } from './propagator.ts';
import { formatTraceParent, parseTraceParent } from './trace-context.ts';
import { formatTraceState, MAX_TRACE_STATE_CHARS, parseTraceState } from './trace-state.ts';
import { baggage, traceContext } from './variables.ts';

/**
 * Moves {@link traceContext} through the headers `traceparent` and `tracestate`
 * ({@link https://www.w3.org/TR/trace-context/}). An invalid traceparent drops both; an invalid tracestate only itself.
 */
export class TraceContextPropagator implements TextMapPropagator {
  fields(): readonly string[] {
    return ['traceparent', 'tracestate'];
  }

  inject<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const trace = traceContext.get();
    const parent = trace === undefined ? undefined : formatTraceParent(trace);
    if (trace === undefined || parent === undefined) return;
    setter.set(carrier, 'traceparent', parent);
    const state = formatTraceState(trace.state);
    if (state !== '') setter.set(carrier, 'tracestate', state);
  }

  extract<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): ContextSnapshot {
    const field = getter.get(carrier, 'traceparent');
    const [header, second] = typeof field === 'string' ? [field] : (field ?? []);
    const parent = header === undefined ? undefined : parseTraceParent(header);
    // Two parents are no parent.
    if (parent === undefined || second !== undefined) return ContextSnapshot.capture();
    const list = readList(getter.get(carrier, 'tracestate'), MAX_TRACE_STATE_CHARS);
    const state = list === undefined ? [] : parseTraceState(list);
    return traceContext.run({ ...parent, state }, () => ContextSnapshot.capture());
  }
}

/**
 * Moves {@link baggage} through the header `baggage` ({@link https://www.w3.org/TR/baggage/}). It goes to whatever host
 * the headers go to: nothing secret belongs in it.
 */
export class BaggagePropagator implements TextMapPropagator {
  fields(): readonly string[] {
    return ['baggage'];
  }

  inject<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const header = formatBaggage(baggage.get() ?? new Map());
    if (header !== '') setter.set(carrier, 'baggage', header);
  }

  extract<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): ContextSnapshot {
    const list = readList(getter.get(carrier, 'baggage'), MAX_BAGGAGE_BYTES);
    const entries = list === undefined ? new Map() : parseBaggage(list);
    if (entries.size === 0) return ContextSnapshot.capture();
    return baggage.run(entries, () => ContextSnapshot.capture());
  }
}

/** Applies several propagators in their order; each `extract` adds to what the one before gave. */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[];

  constructor(propagators: readonly TextMapPropagator[]) {
    this.#propagators = [...propagators];
  }

  fields(): readonly string[] {
    return [...new Set(this.#propagators.flatMap((propagator) => propagator.fields()))];
  }

  inject<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    for (const propagator of this.#propagators) propagator.inject(carrier, setter);
  }

  extract<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): ContextSnapshot {
    return this.#propagators.reduce(
      (snapshot, propagator) => snapshot.run(() => propagator.extract(carrier, getter)),
      ContextSnapshot.capture(),
    );
  }
}
