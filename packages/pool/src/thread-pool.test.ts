import { once } from 'node:events';
import { makeError, readParcel, writeParcel } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { makeMessage, openPool, poolOptions, silentHost, valueOf } from './open-pool.fixture.ts';

const waitsForever = 'export default () => new Promise(() => {})';

test('a pool has its threads up, and knows the host functions of their module', async () => {
  await using opened = await openPool({ threads: 2 });
  expect(opened.heard.filter((what) => what === 'started')).toHaveLength(2);
  expect(opened.pool.workerFunctions).toEqual(['block', 'exit', 'rejectLater', 'throwLater']);
  expect(await opened.pool.stats()).toMatchObject({
    slotCount: 8,
    leasedCount: 0,
    threads: [{ attemptCount: 0 }, { attemptCount: 0 }],
  });
});

test('an attempt runs in the thread of its lease', async () => {
  await using opened = await openPool();
  const lease = opened.lease();
  expect((await opened.pool.stats()).threads[0]?.threadId).toBe(lease.threadId);
  expect(valueOf(await opened.run(lease, 'export default () => 6 * 7'))).toBe(42);
});

test('there are as many places as were asked for, and one given back twice is one place', async () => {
  await using opened = await openPool({ attemptsPerThread: 2 });
  const one = opened.lease();
  opened.lease();
  expect(opened.pool.lease('acme')).toBeUndefined();
  expect(opened.pool.freeCount).toBe(0);
  one.release();
  one.release();
  expect(opened.pool.freeCount).toBe(1);
  expect(opened.heard.filter((what) => what === 'freed')).toHaveLength(2);
});

test('an attempt that is cancelled in the moment it is sent is stopped all the same', async () => {
  await using opened = await openPool();
  const lease = opened.lease();
  const message = makeMessage('export default () => { for (;;); }');
  opened.pool.cancel(lease, message.attemptId, makeError('ERR_WAYBILL_CANCELLED', 'in a test'));
  const report = await opened.pool.run(lease, message, silentHost);
  expect(report.settlement).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CANCELLED' } });
  expect(report.usage.cpuMs).toBe(0);
});

test('a host call reaches the host of its attempt, and can call back into the guest', async () => {
  await using opened = await openPool();
  const lease = opened.lease();
  const source = 'export default (_, { host }) => host.far((name) => `hello ${name}`)';
  const report = await opened.pool.run(lease, makeMessage(source), {
    ...silentHost,
    hostCall: async (_name, _args, callGuest) => {
      const passed = writeParcel(['Ann'], { maxChars: 100, maxDepth: 5 });
      return callGuest(1, passed);
    },
  });
  expect(valueOf(report)).toBe('hello Ann');
});

test('a host call for an attempt that this thread was not given is refused', async () => {
  await using opened = await openPool();
  const asked = deferred<unknown>();
  const lease = opened.lease();
  const message = makeMessage('export default (_, { host }) => host.far()');
  const running = opened.pool.run(lease, message, {
    ...silentHost,
    hostCall: (name, args) => {
      asked.resolve([name, readParcel(args)]);
      return Promise.reject(new Error('no'));
    },
  });
  expect(await asked.promise).toEqual(['far', []]);
  expect((await running).settlement.ok).toBe(false);
});

test('a program is checked in a thread', async () => {
  await using opened = await openPool();
  const program = { sourceType: 'module', modules: [] } as const;
  await opened.pool.checkProgram({ ...program, source: 'export default () => 1' });
  await expect(
    opened.pool.checkProgram({ ...program, source: 'export default (' }),
  ).rejects.toMatchObject({ code: 'ERR_WAYBILL_GUEST_SYNTAX' });
});

test('closing settles what still runs, and ends the threads', async () => {
  await using opened = await openPool();
  const running = opened.run(opened.lease(), waitsForever);
  await opened.pool.close(1_000);
  expect((await running).settlement).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_CLOSED' },
  });
  expect(opened.heard).toContain('left');
  expect(opened.pool.lease('acme')).toBeUndefined();
  expect(await opened.pool.stats()).toEqual({ slotCount: 0, leasedCount: 0, threads: [] });
  await expect(
    opened.pool.checkProgram({ source: '1', sourceType: 'expression', modules: [] }),
  ).rejects.toMatchObject({ code: 'ERR_WAYBILL_WORKER_EXITED' });
});

test('closing twice is closing once', async () => {
  await using opened = await openPool();
  expect(opened.pool.close(1_000)).toBe(opened.pool.close(5));
});

test('a lease of another pool is refused', async () => {
  await using one = await openPool();
  await using two = await openPool();
  await expect(two.run(one.lease(), 'export default () => 1')).rejects.toThrow(
    'the lease is not of this pool',
  );
});

test('a thread that a host function blocks delays neither the numbers nor the end for ever', async () => {
  // Terminated with an isolate that lives: none must be busy.
  await using opened = await openPool({
    isolates: { ...poolOptions.isolates, preparedPerThread: 0 },
  });
  const channel = new BroadcastChannel('blocked');
  const blocked = once(channel, 'message');
  const running = opened.run(opened.lease(), 'export default (_, { host }) => host.block()');
  const gaveUp = expect(running).rejects.toMatchObject({ code: 'ERR_WAYBILL_WORKER_EXITED' });
  await blocked;
  channel.close();
  expect(await opened.pool.stats()).toEqual({ slotCount: 4, leasedCount: 1, threads: [] });
  await opened.pool.close(100);
  await gaveUp;
});
