import { AsyncLocalStorage } from 'node:async_hooks';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { carryStore } from './carry-store.ts';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';

const variable = new ContextVariable<string>({ name: 'uncarried' });
const foreign = new AsyncLocalStorage<string>();

test('a snapshot holds the variables and the foreign stores of its moment', () => {
  const snapshot = variable.run('v', () => foreign.run('f', () => ContextSnapshot.capture()));
  const read = (): unknown[] => [variable.get(), foreign.getStore()];
  variable.run('later', () =>
    foreign.run('later', () => {
      expect(snapshot.run(read)).toEqual(['v', 'f']);
      expect(read()).toEqual(['later', 'later']);
    }),
  );
});

test('what is set after the capture does not change the snapshot', () => {
  foreign.run('before', () => {
    const snapshot = ContextSnapshot.capture();
    foreign.enterWith('after');
    expect(snapshot.run(() => foreign.getStore())).toBe('before');
  });
});

test('an enterWith inside run ends with it, also of a store that was not set before', () => {
  ContextSnapshot.root.run(() => {
    const snapshot = foreign.run('f', () => ContextSnapshot.capture());
    snapshot.run(() => foreign.enterWith('leak'));
    expect(foreign.getStore()).toBeUndefined();
    snapshot.run(() => new AsyncLocalStorage<string>().enterWith('other'));
    expect(snapshot.run(() => foreign.getStore())).toBe('f');
  });
});

test('an enterWith inside run does not reach the next run of the same snapshot', () => {
  ContextSnapshot.root.run(() => foreign.enterWith('residue of job 1'));
  expect(ContextSnapshot.root.run(() => foreign.getStore())).toBeUndefined();
});

test('run passes arguments, the return value and the thrown error through', () => {
  const snapshot = ContextSnapshot.capture();
  expect(snapshot.run((a: number, b: string) => `${a}${b}`, 1, 'x')).toBe('1x');
  const error = new TypeError('mine');
  const fail = (): never => {
    throw error;
  };
  expect(() => snapshot.run(fail)).toThrow(error);
});

test('wrap keeps this, arguments, the return value and the thrown error', () => {
  const snapshot = variable.run('wrapped', () => ContextSnapshot.capture());
  const account = {
    owner: 'ann',
    describe: snapshot.wrap(function (this: { readonly owner: string }, suffix: string) {
      if (suffix === '') throw new RangeError('empty');
      return `${this.owner}${suffix} ${variable.get()}`;
    }),
  };
  expect(account.describe('!')).toBe('ann! wrapped');
  expect(() => account.describe('')).toThrow(RangeError);
});

test('root sees neither variables nor foreign stores', () => {
  variable.run('v', () =>
    foreign.run('f', () => {
      const seen = ContextSnapshot.root.run(() => [variable.get(), foreign.getStore()]);
      expect(seen).toEqual([undefined, undefined]);
    }),
  );
});

test('describe lists what has a policy, masks secrets and says why a value is not shown', () => {
  using tenant = new ContextVariable<string>({ name: 'd.tenant', carry: { to: ['worker'] } });
  using token = new ContextVariable<string>({ name: 'd.token', carry: { to: [], secret: true } });
  using odd = new ContextVariable<unknown>({ name: 'd.odd', carry: { to: ['worker'] } });
  using long = new ContextVariable<string>({ name: 'd.long', carry: { to: ['worker'] } });
  using unset = new ContextVariable<string>({ name: 'd.unset', carry: { to: ['worker'] } });
  const run = (next: () => unknown): unknown =>
    tenant.run('acme', () =>
      token.run('hunter2', () => odd.run(1n, () => long.run('x'.repeat(999), next))),
    );
  variable.run('no policy', () =>
    run(() => {
      expect(unset.get()).toBeUndefined();
      expect(ContextSnapshot.capture().describe()).toEqual([
        ['d.tenant', '"acme"'],
        ['d.token', '[secret]'],
        ['d.odd', '[ERR_WAYBILL_CONTEXT_NOT_CARRIABLE]'],
        ['d.long', `"${'x'.repeat(255)}…`],
      ]);
    }),
  );
});

test('describe names what is only passed on and does not show it', () => {
  const wire = { v: 1, entries: [['elsewhere', '"a value"']] };
  expect(ContextSnapshot.fromWire(wire).describe()).toEqual([['elsewhere', '[passed on]']]);
});

test('a snapshot from a wire holds the carried values and nothing of where it was made', () => {
  const als = new AsyncLocalStorage<string>();
  using tenant = new ContextVariable<string>({ name: 's.tenant', carry: { to: ['worker'] } });
  using store = carryStore(als, { name: 's.store', to: ['worker'] });
  const wire = {
    v: 1,
    entries: [
      ['s.tenant', '"acme"'],
      [store.name, '"kept"'],
    ],
  };
  foreign.run('not me', () =>
    als.run('nor me', () => {
      const snapshot = ContextSnapshot.fromWire(wire);
      const seen = snapshot.run(() => [tenant.get(), als.getStore(), foreign.getStore()]);
      expect(seen).toEqual(['acme', 'kept', undefined]);
    }),
  );
});

test('variables, stores and names that nobody knows come back from a wire in whatever order they stand', () => {
  const [one, two] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
  using a = new ContextVariable<string>({ name: 's.a', carry: { to: ['worker'] } });
  using b = new ContextVariable<string>({ name: 's.b', carry: { to: ['worker'] } });
  using _one = carryStore(one, { name: 's.one', to: ['worker'] });
  using _two = carryStore(two, { name: 's.two', to: ['worker'] });
  const names = ['s.a', 's.b', 's.one', 's.two', 's.unknown', 's.unheard-of'];
  fc.assert(
    fc.property(fc.shuffledSubarray(names), (present) => {
      const entries = present.map((name) => [name, JSON.stringify(`value of ${name}`)] as const);
      const snapshot = ContextSnapshot.fromWire({ v: 1, entries });
      const valueOf = (name: string) => (present.includes(name) ? `value of ${name}` : undefined);
      const seen = a.run('not this', () =>
        snapshot.run(() => [a.get(), b.get(), one.getStore(), two.getStore()]),
      );
      expect(seen).toEqual(names.slice(0, 4).map(valueOf));
      expect(new Map(snapshot.toWire('worker').entries)).toEqual(new Map(entries));
    }),
  );
});
