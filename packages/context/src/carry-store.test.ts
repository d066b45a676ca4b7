import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { carryStore } from './carry-store.ts';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';

test('a store of somebody else is read at the capture and entered again from the wire', () => {
  const als = new AsyncLocalStorage<{ readonly requestId: string }>();
  using store = carryStore(als, { name: 'request', to: ['worker'] });
  const wire = als.run({ requestId: 'r1' }, () => ContextSnapshot.capture()).toWire('worker');
  expect(wire.entries).toEqual([[store.name, '{"requestId":"r1"}']]);
  expect(ContextSnapshot.fromWire(wire).run(() => als.getStore())).toEqual({ requestId: 'r1' });
  expect(als.getStore()).toBeUndefined();
});

test.each([null, 0, '', false])('a store that holds %s crosses', (value) => {
  const als = new AsyncLocalStorage<unknown>();
  using store = carryStore(als, { name: 'falsy-store', to: ['worker'] });
  const wire = als.run(value, () => ContextSnapshot.capture().toWire('worker'));
  expect(wire.entries).toEqual([[store.name, JSON.stringify(value)]]);
  expect(ContextSnapshot.fromWire(wire).run(() => als.getStore())).toBe(value);
});

test('a store that is not set leaves no entry', () => {
  const als = new AsyncLocalStorage<string>();
  using store = carryStore(als, { name: 'unset-store', to: ['worker'] });
  expect(store.name).toBe('unset-store');
  expect(ContextSnapshot.capture().toWire('worker').entries).toEqual([]);
});

test('a store crosses only the borders that its policy names', () => {
  const als = new AsyncLocalStorage<string>();
  using store = carryStore(als, { name: 'bordered-store', to: ['queue'] });
  als.run('value', () => {
    const snapshot = ContextSnapshot.capture();
    expect(snapshot.toWire('worker').entries).toEqual([]);
    expect(snapshot.toWire('queue').entries).toEqual([[store.name, '"value"']]);
  });
});

test('stores and variables share one set of names', () => {
  using store = carryStore(new AsyncLocalStorage(), { name: 'shared-name', to: ['worker'] });
  expect(() => new ContextVariable({ name: store.name, carry: { to: ['worker'] } })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_DUPLICATE_NAME' }),
  );
});

test('disposing the handle ends the carrying and leaves the store alone', () => {
  const als = new AsyncLocalStorage<string>();
  const store = carryStore(als, { name: 'ended-store', to: ['worker'] });
  als.run('value', () => {
    store[Symbol.dispose]();
    expect(ContextSnapshot.capture().toWire('worker').entries).toEqual([]);
    expect(als.getStore()).toBe('value');
  });
});
