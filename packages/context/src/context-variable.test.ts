import { AsyncResource, executionAsyncResource } from 'node:async_hooks';
import { inspect, types } from 'node:util';
import { expect, expectTypeOf, test } from 'vitest';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';
import type { CarryPolicy } from './carry-policy.ts';
import { MAX_WIRE_BYTES } from './wire.ts';

test('a variable gives its default where nothing was set', () => {
  const color = new ContextVariable({ name: 'color', defaultValue: 'red' });
  expect(color.name).toBe('color');
  expect(color.get()).toBe('red');
  expect(color.run('blue', () => color.get())).toBe('blue');
  expect(color.get()).toBe('red');
});

test.each([0, '', null, undefined, false, Number.NaN])('%s counts as set', (value) => {
  const variable = new ContextVariable<unknown>({ name: 'falsy', defaultValue: 'default' });
  expect(variable.run(value, () => variable.get())).toBe(value);
});

test('nested runs restore the value of the run around them', () => {
  const depth = new ContextVariable<number>({ name: 'depth' });
  const seen: unknown[] = [];
  depth.run(1, () => {
    depth.run(2, () => seen.push(depth.get()));
    seen.push(depth.get());
  });
  expect([...seen, depth.get()]).toEqual([2, 1, undefined]);
});

test('two variables of the same name without a policy are independent', () => {
  const first = new ContextVariable<string>({ name: 'same' });
  const second = new ContextVariable<string>({ name: 'same' });
  first.run('a', () => {
    second.run('b', () => expect([first.get(), second.get()]).toEqual(['a', 'b']));
    expect(second.get()).toBeUndefined();
  });
});

test('run passes arguments, the return value and the thrown error through', () => {
  const variable = new ContextVariable<string>({ name: 'through' });
  const sum = variable.run('x', (a: number, b: number) => a + b, 1, 2);
  expectTypeOf(sum).toEqualTypeOf<number>();
  expect(sum).toBe(3);
  const error = new RangeError('mine');
  const fail = (): never => {
    throw error;
  };
  expect(() => variable.run('x', fail)).toThrow(error);
  expect(variable.get()).toBeUndefined();
});

test('a value follows awaits, also after a rejection', async () => {
  const variable = new ContextVariable<string>({ name: 'async' });
  const seen = await variable.run('kept', async () => {
    await Promise.resolve();
    await Promise.reject(new Error('expected')).catch(() => variable.get());
    return variable.get();
  });
  expect(seen).toBe('kept');
});

test('a second carried variable of one name is refused until the first is disposed', () => {
  const carry: CarryPolicy<string> = { to: ['worker'] };
  const first = new ContextVariable<string>({ name: 'once', carry });
  expect(() => new ContextVariable<string>({ name: 'once', carry })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_DUPLICATE_NAME', variable: 'once' }),
  );
  first[Symbol.dispose]();
  using second = new ContextVariable<string>({ name: 'once', carry });
  // The first has nothing left to give back: it must not free the name of the second.
  first[Symbol.dispose]();
  expect(() => new ContextVariable<string>({ name: second.name, carry })).toThrow();
});

test('a value that was set stays readable after its variable was disposed', () => {
  const variable = new ContextVariable<string>({ name: 'disposed', carry: { to: ['worker'] } });
  variable.run('still', () => {
    variable[Symbol.dispose]();
    expect(variable.get()).toBe('still');
  });
});

test.each<[string, string, CarryPolicy<unknown>]>([
  ['a secret that names a border', 'name', { to: ['worker'], secret: true }],
  ['maxBytes below one', 'name', { to: ['worker'], maxBytes: 0 }],
  ['maxBytes above the whole wire', 'name', { to: ['worker'], maxBytes: MAX_WIRE_BYTES + 1 }],
  ['a fraction of a byte', 'name', { to: ['worker'], maxBytes: 1.5 }],
  ['a border that does not exist', 'name', { to: ['moon' as 'worker'] }],
  ['borders that are not a list', 'name', { to: 'worker' as unknown as [] }],
  ['an empty name', '', { to: ['worker'] }],
  ['a name with a line break', 'a\nb', { to: ['worker'] }],
  ['a name of 129 characters', 'n'.repeat(129), { to: ['worker'] }],
])('a policy with %s is refused when it is declared', (_what, name, carry) => {
  expect(() => new ContextVariable({ name, carry })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_BAD_POLICY', blame: 'caller' }),
  );
});

test('any number of variables take one place in the frame that Node copies', () => {
  const variables = Array.from(
    { length: 50 },
    (_, i) => new ContextVariable({ name: `many-${i}` }),
  );
  const resource = ContextSnapshot.root.run(() => {
    const makeInside = variables.reduce<() => AsyncResource>(
      (next, variable) => () => variable.run('set', next),
      () => new AsyncResource('TEST'),
    );
    return makeInside();
  });
  const frames = Object.getOwnPropertySymbols(resource).map((key) => Reflect.get(resource, key));
  expect(frames.filter(types.isMap).map((frame) => Reflect.get(frame, 'size'))).toEqual([1]);
});

test('printing a variable, or whatever runs in its context, shows no value', () => {
  using token = new ContextVariable<string>({
    name: 'token',
    defaultValue: 'hunter1',
    carry: { to: [], secret: true },
  });
  token.run('hunter2', () => {
    const snapshot = ContextSnapshot.capture();
    const resource = snapshot.run(() => executionAsyncResource());
    const printed = inspect([token, snapshot, resource], { depth: 10, showHidden: true });
    expect(printed).not.toContain('hunter');
  });
});
