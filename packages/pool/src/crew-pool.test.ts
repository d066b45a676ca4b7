import { makeError, readParcel, writeParcel } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openFleet } from './process/open-fleet.fixture.ts';
import { makeMessage, openPool, poolOptions, silentHost, valueOf } from './open-pool.fixture.ts';

const containments = ['thread', 'process'] as const;

const waitsForever = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';

test.each(containments)(
  'contained by %s: a pool has its threads up, and knows the host functions of their module',
  async (containment) => {
    await using opened = await openPool({ containment, threads: 2 });
    expect(opened.heard.filter((what) => what === 'started')).toHaveLength(2);
    expect(opened.pool.workerFunctions).toEqual([
      'block',
      'exhaust',
      'exit',
      'heapLimitBytes',
      'hoard',
      'keep',
      'rejectLater',
      'throwLater',
    ]);
    expect(await opened.pool.stats()).toMatchObject({
      slotCount: 8,
      leasedCount: 0,
      threads: [{ attemptCount: 0 }, { attemptCount: 0 }],
    });
  },
);

test.each(containments)(
  'contained by %s: an attempt runs in the thread of its lease',
  async (containment) => {
    await using opened = await openPool({ containment });
    const lease = opened.lease();
    expect((await opened.pool.stats()).threads[0]?.threadId).toBe(lease.threadId);
    expect(valueOf(await opened.run(lease, 'export default () => 6 * 7'))).toBe(42);
  },
);

test.each(containments)(
  'contained by %s: there are as many places as were asked for, and one given back twice is one place',
  async (containment) => {
    await using opened = await openPool({ containment, attemptsPerThread: 2 });
    const one = opened.lease();
    opened.lease();
    expect(opened.pool.lease('acme')).toBeUndefined();
    expect(opened.pool.freeCount).toBe(0);
    one.release();
    one.release();
    expect(opened.pool.freeCount).toBe(1);
  },
);

test.each(containments)(
  'contained by %s: an attempt that is cancelled in the moment it is sent is stopped all the same',
  async (containment) => {
    await using opened = await openPool({ containment });
    const lease = opened.lease();
    const message = makeMessage('export default () => { for (;;); }');
    opened.pool.cancel(lease, message.attemptId, makeError('ERR_WAYBILL_CANCELLED', 'in a test'));
    const report = await opened.pool.run(lease, message, silentHost);
    expect(report.settlement).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_CANCELLED' },
    });
  },
);

test.each(containments)(
  'contained by %s: a host call reaches the host of its attempt, and can call back into the guest',
  async (containment) => {
    await using opened = await openPool({ containment });
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
  },
);

test.each(containments)(
  'contained by %s: a host call for an attempt that this thread was not given is refused',
  async (containment) => {
    await using opened = await openPool({ containment });
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
  },
);

test.each(containments)(
  'contained by %s: a program is checked in a thread',
  async (containment) => {
    await using opened = await openPool({ containment });
    const program = { sourceType: 'module', modules: [] } as const;
    await opened.pool.checkProgram({ ...program, source: 'export default () => 1' });
    await expect(
      opened.pool.checkProgram({ ...program, source: 'export default (' }),
    ).rejects.toMatchObject({ code: 'ERR_WAYBILL_GUEST_SYNTAX' });
  },
);

test.each(containments)(
  'contained by %s: closing settles what still runs, and ends the threads',
  async (containment) => {
    await using opened = await openPool({ containment });
    const running = opened.run(opened.lease(), waitsForever);
    await opened.pool.close(1_000);
    expect((await running).settlement).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_CLOSED' },
    });
    expect(opened.heard).toContain('left');
    expect(opened.pool.lease('acme')).toBeUndefined();
    expect(await opened.pool.stats()).toMatchObject({ slotCount: 0, leasedCount: 0, threads: [] });
    await expect(
      opened.pool.checkProgram({ source: '1', sourceType: 'expression', modules: [] }),
    ).rejects.toMatchObject({ code: 'ERR_WAYBILL_WORKER_EXITED' });
  },
);

test.each(containments)('contained by %s: closing twice is closing once', async (containment) => {
  await using opened = await openPool({ containment });
  expect(opened.pool.close(1_000)).toBe(opened.pool.close(5));
});

test.each(containments)(
  'contained by %s: a lease of another pool is refused',
  async (containment) => {
    // With its spare up: what the second pool finds held before it is not its own.
    await using one = containment === 'process' ? await openFleet() : await openPool();
    await using two = await openPool({ containment });
    await expect(two.run(one.lease(), 'export default () => 1')).rejects.toThrow(
      'the lease is not of this pool',
    );
  },
);

test.each(containments)(
  'contained by %s: a thread that a host function blocks delays neither the numbers nor the end for ever',
  async (containment) => {
    // Terminated with an isolate that lives: none must be busy.
    await using opened = await openPool({
      containment,
      isolates: { ...poolOptions.isolates, preparedPerThread: 0 },
    });
    const running = opened.run(opened.lease(), 'export default (_, { host }) => host.block()');
    const gaveUp = expect(running).rejects.toMatchObject({
      code: expect.stringMatching(/_(?:WORKER|PROCESS)_EXITED$/u),
    });
    for (;;) {
      const { slotCount, leasedCount, threads } = await opened.pool.stats();
      expect({ slotCount, leasedCount }).toEqual({ slotCount: 4, leasedCount: 1 });
      if (threads.length === 0) break;
    }
    await opened.pool.close(100);
    await gaveUp;
  },
);
