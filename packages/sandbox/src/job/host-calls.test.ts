import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';

test('host functions are async, sync and throwing alike, and names make namespaces', async () => {
  await using guest = new TestIsolate({
    host: {
      sync: () => 'sync',
      'a.async': async () => 'async',
      a: () => 'a itself',
      'a.b.c': () => 'deep',
      throws: () => {
        throw Object.assign(new RangeError('too far'), { code: 'E_FAR' });
      },
    },
  });
  const value = await guest.value(`export default async (input, { host }) => {
    const caught = await host.throws().catch((error) => [error.name, error.message, error.code, error instanceof Error]);
    return [await host.sync(), await host.a.async(), await host.a(), await host.a.b.c(), caught,
      Object.keys(host), 'sync' in host, 'nope' in host, await (async () => host)() === host];
  }`);
  expect(value).toEqual([
    'sync',
    'async',
    'a itself',
    'deep',
    ['RangeError', 'too far', 'E_FAR', true],
    ['sync', 'a', 'throws'],
    true,
    false,
    true,
  ]);
});

test('a guest cannot change what its host object is', async () => {
  await using guest = new TestIsolate({ host: { sync: () => 1 } });
  const value = await guest.value(`export default async (input, { host }) => {
    const tries = [
      () => { host.sync = 5; },
      () => { delete host.sync; },
      () => { Object.defineProperty(host, 'x', { value: 1 }); },
      () => { Object.setPrototypeOf(host, {}); },
      () => { host.sync.x = 1; },
      () => { Object.freeze(host); },
    ];
    return tries.map((attempt) => { try { attempt(); return 'changed'; } catch (error) { return error.name; } });
  }`);
  expect(value).toEqual(Array(6).fill('TypeError'));
});

test('the error of a host call has the frames of its call site and none of ours', async () => {
  await using guest = new TestIsolate({
    stacks: true,
    host: {
      fail: async () => {
        throw new Error('no');
      },
    },
  });
  const source = `
    async function inner(host) {
      return await host.fail();
    }
    export default async function entry(input, { host }) {
      try { await inner(host); } catch (error) { return error.stack; }
    }`;
  expect(await guest.value(source)).toMatch(
    /^Error: no\n {4}at inner \(waybill:main:3:\d+\)\n {4}at entry \(waybill:main:6:\d+\)$/,
  );
});

test('a failure that the guest lets through keeps the guest stack, the host stack and the cause', async () => {
  const failure = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
  await using guest = new TestIsolate({
    stacks: true,
    host: { fail: () => Promise.reject(failure) },
  });
  const { error } = await guest.run(
    '\nexport default async function entry(input, { host }) {\n  await host.fail();\n}',
  );
  expect(error).toMatchObject({ code: 'ERR_WAYBILL_HOST_FUNCTION_THREW', cause: failure });
  expect(error?.details).toEqual({ name: 'RangeError', message: 'too far', code: 'E_FAR' });
  expect(error?.stackOf.guest).toContain('at entry (waybill:main:3:14)');
  expect(error?.stackOf.host).toContain('host-calls.test.ts');
});

test('an unknown host function is named, where the guest asked for it', async () => {
  await using guest = new TestIsolate({ stacks: true, host: { 'users.get': () => 1 } });
  const { code, error } = await guest.run(
    'export default (input, { host }) => {\n  return host.users.find(1);\n}',
  );
  expect(code).toBe('ERR_WAYBILL_HOST_FUNCTION_UNKNOWN');
  expect(error?.message).toContain('users.find');
  expect(error?.stackOf.guest).toContain('waybill:main:2:21');
});

test('guest callbacks run when the host calls them, and are refused once the job is over', async () => {
  await using _leaks = leakCheck();
  let kept: ((value: number) => Promise<unknown>) | undefined;
  await using guest = new TestIsolate({
    host: {
      each: async (items: number[], visit: (item: number) => Promise<number>) => {
        const results: number[] = [];
        for (const item of items) results.push(await visit(item));
        return results;
      },
      keep: (fn: (value: number) => Promise<unknown>) => {
        kept = fn;
      },
      failing: (fn: () => Promise<unknown>) => fn(),
    },
  });
  const value = await guest.value(`export default async (input, { host }) => {
    await host.keep((value) => value + 1);
    const thrown = await host.failing(() => { throw new TypeError('in the callback'); }).catch((error) => error.message);
    return [await host.each([1, 2, 3], async (item) => item * 2), thrown];
  }`);
  expect(value).toEqual([[2, 4, 6], 'the guest threw TypeError: in the callback']);
  await expect(kept?.(1)).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
});

test('thousands of callbacks over many calls are fine', async () => {
  await using guest = new TestIsolate({
    host: { map: (fn: (x: number) => Promise<number>) => fn(2) },
  });
  const value = await guest.value(
    'export default async (input, { host }) => { let sum = 0; for (let i = 0; i < 1500; i++) sum += await host.map((x) => x * i); return sum; }',
  );
  expect(value).toBe(1_500 * 1_499);
});

test('a reply that comes after the job has settled is dropped', async () => {
  await using _leaks = leakCheck();
  const late = Promise.withResolvers<number>();
  await using guest = new TestIsolate({ host: { late: () => late.promise } });
  const realm = await guest.isolate.openRealm();
  const job = guest.start(realm, 'export default (input, { host }) => { host.late(); return 1; }');
  expect((await guest.ended(job)).value).toBe(1);
  late.resolve(5);
  await job.idle();
  expect(await guest.value('export default () => 2')).toBe(2);
});

test('usage counts host calls and the time waited for them', async () => {
  await using guest = new TestIsolate({ host: { echo: (value: unknown) => value } });
  const { job } = await guest.run(
    'export default async (input, { host }) => { await Promise.all([host.echo(1), host.echo(2)]); console.log("äö"); }',
  );
  const usage = job.usage();
  expect(usage).toMatchObject({ hostCalls: 2, logBytes: 4 });
  expect(usage.hostWaitMs).toBeGreaterThan(0);
  expect(usage.cpuMs).toBeGreaterThan(0);
  await job.idle();
  expect(job.usage().hostWaitMs).toBe(usage.hostWaitMs);
});

test('what the guest sees of the context is told for the trail, frozen and by value', async () => {
  await using guest = new TestIsolate();
  const context = [
    ['tenant', '{"name":"acme","tags":["a"]}'],
    ['__proto__', '"odd name"'],
  ] as const;
  const seen: unknown[] = [];
  const value = await guest.value(
    `export default (input, { context }) => {
      const tenant = context.get('tenant');
      const frozen = [context, tenant, tenant.tags, context.names].every(Object.isFrozen);
      return [tenant, frozen, context.names, context.get('__proto__'), context.get('toString'), context.has('nope'), context.get({})];
    }`,
    { context, onSeen: (pairs) => seen.push(pairs) },
  );
  const tenant = { name: 'acme', tags: ['a'] };
  const names = ['tenant', '__proto__'];
  expect(value).toEqual([tenant, true, names, 'odd name', undefined, false, undefined]);
  expect(seen).toEqual([context]);
});
