import {
  type FunctionSpec,
  type JobSpec,
  type Outcome,
  type WaybillError,
  makeError,
} from '@waybill/protocol';
import { type Deferred, deferred, until } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Deployment } from '../orchestrator.ts';
import { storeOf, versionOf } from './durable.fixture.ts';
import { createFunctionShelf } from './function-shelf.ts';

interface Given {
  readonly spec: JobSpec;
  readonly outcome: Deferred<Outcome>;
}

/** An orchestrator that says what it was asked for: deploying is refused as often as it is told, jobs settle by hand. */
function fakeOrchestrator(...refusals: WaybillError[]) {
  const deployed: string[] = [];
  const removed: string[] = [];
  const runs: Given[] = [];
  return {
    deployed,
    removed,
    runs,
    async deploy({ name, tenant = 'default' }: FunctionSpec): Promise<Deployment> {
      deployed.push(name);
      await Promise.resolve();
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      const remove = (): void => void removed.push(name);
      const run = () => Promise.reject(new Error('not this way'));
      return { name, tenant, run, remove, [Symbol.asyncDispose]: async () => remove() };
    },
    run<T>(spec: JobSpec): Promise<Outcome<T>> {
      const outcome = deferred<Outcome>();
      runs.push({ spec, outcome });
      return outcome.promise as Promise<Outcome<T>>;
    },
  };
}

const done = { ok: true, value: 1 } as Outcome;
const lost = (): WaybillError => makeError('ERR_WAYBILL_RPC_BROKEN', 'in a test');
const ref = (name: string, version?: number) => ({ tenant: 'acme', name, version });

test('first uses at the same moment deploy a version once, under a name of its own', async () => {
  const fake = fakeOrchestrator();
  const shelf = createFunctionShelf(fake, storeOf(versionOf('greet', 3)));
  const running = [1, 2, 3].map((input) => shelf.run(ref('greet'), { input }));
  await until(() => fake.runs.length === 3);
  expect(fake.deployed).toEqual(['greet:v3']);
  expect(fake.runs.map(({ spec }) => spec)).toEqual(
    [1, 2, 3].map((input) => ({ input, tenant: 'acme', function: 'greet:v3' })),
  );
  for (const { outcome } of fake.runs) outcome.resolve(done);
  expect(await Promise.all(running)).toEqual([done, done, done]);
});

test('the version that was deployed last is asked for each time, a numbered one now and then', async () => {
  const fake = fakeOrchestrator();
  const store = storeOf(versionOf('greet', 1));
  const shelf = createFunctionShelf(fake, store, { believedMs: 100_000 });
  const run = async (version?: number): Promise<string | undefined> => {
    const running = shelf.run(ref('greet', version));
    const before = fake.runs.length;
    await until(() => fake.runs.length > before);
    fake.runs.at(-1)?.outcome.resolve(done);
    await running;
    return fake.runs.at(-1)?.spec.function;
  };
  expect(await run()).toBe('greet:v1');
  store.versions.push(versionOf('greet', 2));
  expect([await run(), await run(1), await run(1), await run(2)]).toEqual([
    'greet:v2',
    'greet:v1',
    'greet:v1',
    'greet:v2',
  ]);
  expect(store.asked).toEqual(['greet', 'greet']);
});

test('a function that was removed is refused, and taken out when the last of its jobs has settled', async () => {
  const fake = fakeOrchestrator();
  const store = storeOf(versionOf('greet', 1));
  const shelf = createFunctionShelf(fake, store, { believedMs: 0 });
  const running = shelf.run(ref('greet', 1));
  await until(() => fake.runs.length === 1);
  const [version] = store.versions.splice(0);
  await expect(shelf.run(ref('greet', 1))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND',
    details: { tenant: 'acme', name: 'greet', version: 1 },
  });
  await expect(shelf.run(ref('greet'))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND',
  });
  expect([fake.removed, shelf.warmCount]).toEqual([[], 1]);
  fake.runs[0]?.outcome.resolve(done);
  await running;
  expect([fake.removed, shelf.warmCount]).toEqual([['greet:v1'], 0]);
  if (version !== undefined) store.versions.push(version);
  const again = shelf.run(ref('greet', 1));
  await until(() => fake.runs.length === 2);
  fake.runs[1]?.outcome.resolve(done);
  await again;
  expect(fake.deployed).toEqual(['greet:v1', 'greet:v1']);
});

test('a version that is never idle is asked for again all the same', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const fake = fakeOrchestrator();
  const store = storeOf(versionOf('greet', 1));
  const shelf = createFunctionShelf(fake, store, { believedMs: 1_000 });
  for (const count of [1, 2, 3, 4, 5]) {
    void shelf.run(ref('greet', 1));
    await until(() => fake.runs.length === count);
    vi.advanceTimersByTime(400);
  }
  expect(store.asked).toEqual(['greet:1', 'greet:1']);
});

test('a function of another tenant is not found', async () => {
  const shelf = createFunctionShelf(fakeOrchestrator(), storeOf(versionOf('greet', 1)));
  await expect(shelf.run({ tenant: 'bolt', name: 'greet' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND',
  });
});

test('of too many versions the one unused for longest goes first, and none that runs', async () => {
  const fake = fakeOrchestrator();
  const names = ['one', 'two', 'three', 'four'];
  const store = storeOf(...names.map((name) => versionOf(name, 1)));
  const shelf = createFunctionShelf(fake, store, { maxWarmCount: 2 });
  const start = async (name: string): Promise<() => Promise<Outcome>> => {
    const running = shelf.run(ref(name));
    const before = fake.runs.length;
    await until(() => fake.runs.length > before);
    const given = fake.runs.at(-1);
    return () => {
      given?.outcome.resolve(done);
      return running;
    };
  };
  const endOne = await start('one');
  await (
    await start('two')
  )();
  await (
    await start('three')
  )();
  expect(fake.removed).toEqual(['two:v1']);
  const endFour = await start('four');
  expect(fake.removed).toEqual(['two:v1', 'three:v1']);
  await endOne();
  await endFour();
  expect([fake.removed, shelf.warmCount]).toEqual([['two:v1', 'three:v1'], 2]);
  await (
    await start('two')
  )();
  expect(fake.removed).toEqual(['two:v1', 'three:v1', 'one:v1']);
});

test('deploying is tried again where what looked at the source was lost', async () => {
  const fake = fakeOrchestrator(lost(), lost());
  const shelf = createFunctionShelf(fake, storeOf(versionOf('greet', 1)));
  const running = [shelf.run(ref('greet')), shelf.run(ref('greet'))];
  await until(() => fake.runs.length === 2);
  for (const { outcome } of fake.runs) outcome.resolve(done);
  await Promise.all(running);
  expect(fake.deployed).toEqual(['greet:v1', 'greet:v1', 'greet:v1']);
});

test('deploying is tried no longer than the job may take, and then all of it starts anew', async () => {
  const fake = fakeOrchestrator(lost());
  const shelf = createFunctionShelf(fake, storeOf(versionOf('greet', 1)));
  const hurried = shelf.run(ref('greet'), { limits: { wallMs: 10 } });
  await expect(hurried).rejects.toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN' });
  expect(shelf.warmCount).toBe(0);
  const running = shelf.run(ref('greet'));
  await until(() => fake.runs.length === 1);
  fake.runs[0]?.outcome.resolve(done);
  expect(await running).toBe(done);
});

test.each(['ERR_WAYBILL_GUEST_SYNTAX', 'ERR_WAYBILL_CLOSED'] as const)(
  'deploying is not tried again where it was refused with %s',
  async (code) => {
    const fake = fakeOrchestrator(makeError(code, 'in a test'));
    const shelf = createFunctionShelf(fake, storeOf(versionOf('greet', 1)));
    await expect(shelf.run(ref('greet'))).rejects.toMatchObject({ code });
    expect([fake.deployed.length, shelf.warmCount]).toEqual([1, 0]);
  },
);

test('a signal that aborts between two tries ends them', async () => {
  const refusals = Array.from({ length: 50 }, lost);
  const fake = fakeOrchestrator(...refusals);
  const shelf = createFunctionShelf(fake, storeOf(versionOf('greet', 1)));
  const asker = new AbortController();
  const running = shelf.run(ref('greet'), {}, { signal: asker.signal });
  await until(() => fake.deployed.length === 2);
  asker.abort(new Error('enough'));
  await expect(running).rejects.toMatchObject({
    code: 'ERR_WAYBILL_CANCELLED',
    cause: { message: 'enough' },
  });
});

test('a shelf that is disposed takes out what is idle at once and what runs when it has settled', async () => {
  const fake = fakeOrchestrator();
  const shelf = createFunctionShelf(fake, storeOf(versionOf('one', 1), versionOf('two', 1)));
  const one = shelf.run(ref('one'));
  await until(() => fake.runs.length === 1);
  fake.runs[0]?.outcome.resolve(done);
  await one;
  const two = shelf.run(ref('two'));
  await until(() => fake.runs.length === 2);
  shelf[Symbol.dispose]();
  expect(fake.removed).toEqual(['one:v1']);
  await expect(shelf.run(ref('one'))).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  fake.runs[1]?.outcome.resolve(done);
  await two;
  expect([fake.removed, shelf.warmCount]).toEqual([['one:v1', 'two:v1'], 0]);
});
