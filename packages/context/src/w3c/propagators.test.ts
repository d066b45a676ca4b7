import { expect, test } from 'vitest';
import { ContextSnapshot } from '../context-snapshot.ts';
import { ContextVariable } from '../context-variable.ts';
import { MAX_BAGGAGE_BYTES } from './baggage.ts';
import { headersGetter, headersSetter } from './propagator.ts';
import type { HeaderRecord } from './propagator.ts';
import { BaggagePropagator, CompositePropagator, TraceContextPropagator } from './propagators.ts';
import { childOf, startTrace } from './trace-context.ts';
import { baggage, traceContext } from './variables.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const propagator = new CompositePropagator([new TraceContextPropagator(), new BaggagePropagator()]);

function roundTrip(headers: HeaderRecord): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.extract(headers, headersGetter).run(() => propagator.inject(carrier, headersSetter));
  return carrier;
}

test('a composite reads and writes the fields of all its propagators', () => {
  expect(propagator.fields()).toEqual(['traceparent', 'tracestate', 'baggage']);
  const headers = { traceparent, tracestate: 'a=1,b=2', baggage: 'user=ann;p=1' };
  expect(roundTrip(headers)).toEqual(headers);
});

test('an empty context writes nothing and empty headers change nothing', () => {
  expect(roundTrip({})).toEqual({});
  const trace = startTrace();
  traceContext.run(trace, () => {
    const snapshot = propagator.extract({}, headersGetter);
    expect(snapshot.run(() => traceContext.get())).toBe(trace);
  });
});

test('extract adds to the context in which it is called', () => {
  const tenant = new ContextVariable<string>({ name: 'tenant' });
  tenant.run('acme', () => {
    const snapshot = propagator.extract({ traceparent, baggage: 'k=v' }, headersGetter);
    const seen = snapshot.run(() => [tenant.get(), traceContext.get()?.flags, baggage.get()?.size]);
    expect(seen).toEqual(['acme', 1, 1]);
    expect(traceContext.get()).toBeUndefined();
  });
});

test('repeated list headers are combined in their order, two traceparents are none', () => {
  const lists = { tracestate: ['a=1', 'b=2'], baggage: ['x=1', 'y=2'] };
  expect(roundTrip({ traceparent: [traceparent], ...lists })).toEqual({
    traceparent,
    tracestate: 'a=1,b=2',
    baggage: 'x=1,y=2',
  });
  expect(roundTrip({ traceparent: [traceparent, traceparent], ...lists })).toEqual({
    baggage: 'x=1,y=2',
  });
});

test('the limits count all repetitions of a header together', () => {
  const half = `k=${'x'.repeat(MAX_BAGGAGE_BYTES / 2 - 2)}`;
  expect(roundTrip({ baggage: [half, half] })).toEqual({});
  const state = `k=${'x'.repeat(254)}`;
  expect(roundTrip({ traceparent, tracestate: [state, state] })).toEqual({ traceparent });
  expect(roundTrip({ traceparent: [], tracestate: [], baggage: [] })).toEqual({});
});

test('an invalid tracestate is dropped alone, an invalid traceparent takes the tracestate with it', () => {
  expect(roundTrip({ traceparent, tracestate: 'BAD' })).toEqual({ traceparent });
  expect(roundTrip({ traceparent: 'bad', tracestate: 'a=1' })).toEqual({});
});

test('the getter reads own properties only', () => {
  expect(headersGetter.get({}, 'constructor')).toBeUndefined();
  expect(headersGetter.keys({ a: '1' })).toEqual(['a']);
});

test('a trace crosses to the worker and the queue, baggage to the worker only, neither to a guest', () => {
  const trace = { ...childOf(startTrace()), state: [['a', '1']] as const };
  const items = new Map([['user', { value: 'Amélie', metadata: 'p=1' }]]);
  traceContext.run(trace, () =>
    baggage.run(items, () => {
      const snapshot = ContextSnapshot.capture();
      const names = (['worker', 'queue', 'guest'] as const).map((border) =>
        snapshot.toWire(border).entries.map(([name]) => name),
      );
      expect(names).toEqual([['w3c.trace-context', 'w3c.baggage'], ['w3c.trace-context'], []]);
      const arrived = ContextSnapshot.fromWire(snapshot.toWire('worker'));
      expect(arrived.run(() => [traceContext.get(), baggage.get()])).toEqual([trace, items]);
    }),
  );
});

test('the largest baggage that a header may hold crosses to the worker', () => {
  const items = new Map([
    ['a', { value: 'x'.repeat(4094) }],
    ['b', { value: 'x'.repeat(4093) }],
  ]);
  const wire = baggage.run(items, () => ContextSnapshot.capture().toWire('worker'));
  expect(ContextSnapshot.fromWire(wire).run(() => baggage.get())).toEqual(items);
});

test('what would be lost in the headers is refused at a border', () => {
  const badTrace = { ...startTrace(), traceId: 'x' };
  expect(() =>
    traceContext.run(badTrace, () => ContextSnapshot.capture().toWire('worker')),
  ).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE' }));
  const badItems = new Map([['bad name', { value: '1' }]]);
  expect(() => baggage.run(badItems, () => ContextSnapshot.capture().toWire('worker'))).toThrow(
    expect.objectContaining({ variable: 'w3c.baggage' }),
  );
});

test.each([
  ['w3c.trace-context', '"not a pair"'],
  ['w3c.trace-context', '[1,2]'],
  ['w3c.trace-context', '["00-bad",""]'],
  ['w3c.baggage', '7'],
])('the wire entry %s of %s is refused', (variable, text) => {
  expect(() => ContextSnapshot.fromWire({ v: 1, entries: [[variable, text]] })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE', variable }),
  );
});
