import { once } from 'node:events';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openPool, valueOf } from './open-pool.fixture.ts';

const computes = 'export default () => { for (;;); }';
const calls = (name: string): string => `export default (_, { host }) => host.${name}()`;

const containments = ['thread', 'process'] as const;
const ends = [
  {
    how: 'throws outside of any host call',
    name: 'throwLater',
    cause: 'thrown outside of any host call',
  },
  { how: 'leaves a rejection unhandled', name: 'rejectLater', cause: 'rejected and not handled' },
  { how: 'calls process.exit', name: 'exit', cause: 'process.exit(7) was called in a pool thread' },
] as const;

test.each(containments.flatMap((containment) => ends.map((end) => ({ containment, ...end }))))(
  'contained by $containment: a thread whose operator code $how ends in order, and is replaced',
  async ({ containment, name, cause }) => {
    await using opened = await openPool({ containment });
    const warned = once(process, 'warning');
    // Neighbours: one computes, one waits, in isolates of their own.
    const neighbours = [
      opened.run(opened.lease('globex'), computes, { tenant: 'globex' }),
      opened.run(
        opened.lease('initech'),
        'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
        {
          tenant: 'initech',
        },
      ),
    ];
    const culprit = opened.run(opened.lease(), calls(name));
    for (const lost of await Promise.all([culprit, ...neighbours])) {
      expect(lost.settlement).toMatchObject({
        ok: false,
        error: { code: 'ERR_WAYBILL_WORKER_EXITED', cause: { message: cause } },
      });
    }
    // A spare that comes up meanwhile starts threads, too.
    await until(() => opened.pool.freeCount === 4 && opened.heard.includes('exited'));
    expect(opened.heard.filter((what) => what === 'exited')).toHaveLength(1);
    expect(String((await warned)[0])).toContain(cause);
    expect(valueOf(await opened.run(opened.lease(), 'export default () => 1'))).toBe(1);
    expect(await opened.pool.stats()).toMatchObject({ slotCount: 4, leasedCount: 0 });
  },
);

test.each(containments)(
  'contained by %s: a thread that must end is given no more attempts',
  async (containment) => {
    await using opened = await openPool({ containment });
    const warned = once(process, 'warning');
    const lost = opened.run(opened.lease(), calls('throwLater'));
    await until(() => opened.pool.freeCount === 0);
    expect(opened.pool.lease('acme')).toBeUndefined();
    await Promise.all([lost, warned]);
    await until(() => opened.pool.freeCount === 4);
  },
);

test.each(containments)(
  'contained by %s: while one thread is replaced the other serves',
  async (containment) => {
    await using opened = await openPool({ containment, threads: 2 });
    const warned = once(process, 'warning');
    const lost = opened.run(opened.lease(), calls('throwLater'));
    await until(() => opened.pool.freeCount === 4);
    const reports = await Promise.all(
      ['a', 'b', 'c', 'd'].map((tenant) =>
        opened.run(opened.lease(tenant), 'export default () => 1', { tenant }),
      ),
    );
    expect(reports.map(valueOf)).toEqual([1, 1, 1, 1]);
    await Promise.all([lost, warned]);
    await until(() => opened.pool.freeCount === 8);
  },
);
