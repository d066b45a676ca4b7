import { defaultLimits } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openPool, poolOptions, valueOf } from './open-pool.fixture.ts';

// A thread takes seconds to use its heap up where others compute, too, and three to find that it keeps too much.
vi.setConfig({ testTimeout: 30_000 });

const threadHeapBytes = 64 * 2 ** 20;
const realmEngine = { engine: 'realm', realm: { threadHeapBytes, stacks: false } } as const;
const containments = ['thread', 'process'] as const;

const one = 'export default () => 1';
const waits = 'export default () => new Promise((done) => { setTimeout(done, 60_000); })';
// In steps of what V8 never moves: Node.js gives a thread 16 MiB beyond its limit to end in, and where an allocation, or the
// move of all that is young, takes more, the process ends. 60 of 60 threads ended of these.
const exhausts = `export default () => {
  let kept;
  for (let count = 0; ; count++) kept = { kept, text: ('x'.repeat(2 ** 20) + count).toUpperCase() };
}`;

/** What an attempt needs that must not meet another limit first. */
const atLeisure = () => ({
  limits: { ...defaultLimits, wallMs: 60_000, cpuMs: 60_000 },
  deadlineMs: performance.now() + 60_000,
});

test.each(containments)(
  'contained by %s: a guest that uses the heap of its thread up fails for it, its neighbours are lost with the thread, and another thread comes',
  async (containment) => {
    await using opened = await openPool({ ...realmEngine, containment });
    const globex = { tenant: 'globex', ...atLeisure() };
    const neighbour = opened.run(opened.lease('globex'), waits, globex);
    const lost = expect(neighbour).rejects.toMatchObject({ code: 'ERR_WAYBILL_WORKER_EXITED' });
    const culprit = opened.run(opened.lease(), exhausts, atLeisure());
    await expect(culprit).rejects.toMatchObject({
      code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT',
      details: { threadHeapBytes },
    });
    await lost;
    await until(() => opened.pool.freeCount === 4);
    expect(opened.heard).toContain('exited');
    expect(opened.losses).toEqual([]);
    expect(valueOf(await opened.run(opened.lease(), one))).toBe(1);
  },
);

test.each(containments)(
  'contained by %s: nobody is blamed for a heap that is used up while no guest computes',
  async (containment) => {
    await using opened = await openPool({ ...realmEngine, containment });
    const calls = 'export default (_, { host }) => host.exhaust()';
    await expect(opened.run(opened.lease(), calls, atLeisure())).rejects.toMatchObject({
      code: 'ERR_WAYBILL_WORKER_EXITED',
      message: 'the worker thread ended before the job had settled: it ran out of memory',
    });
    await until(() => opened.pool.freeCount === 4);
  },
);

test.each(containments)(
  'contained by %s: the heap of a thread is as large as was asked for',
  async (containment) => {
    if (containment === 'process') {
      // Meant for the heap of a main thread, it would go before what threads ask for.
      vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=1024');
      onTestFinished(() => void vi.unstubAllEnvs());
    }
    await using opened = await openPool({ ...realmEngine, containment });
    const asks = 'export default (_, { host }) => host.heapLimitBytes()';
    const limitBytes = valueOf(await opened.run(opened.lease(), asks));
    expect(limitBytes).toBeGreaterThanOrEqual(threadHeapBytes);
    // The young generation comes on top: up to 192 MiB on Node.js 24.
    expect(limitBytes).toBeLessThan(threadHeapBytes + 200 * 2 ** 20);
  },
);

test.each(containments)(
  'contained by %s: a thread that keeps too much is replaced when it is empty, and costs no attempt',
  async (containment) => {
    const isolates = { ...poolOptions.isolates, maxHeapRatio: 0.5 };
    const realm = { threadHeapBytes: 2 * threadHeapBytes, stacks: false };
    await using opened = await openPool({ engine: 'realm', realm, containment, isolates });
    const keeps = 'export default (_, { host }) => host.keep(80 * 2 ** 20)';
    valueOf(await opened.run(opened.lease(), keeps, atLeisure()));
    // It looks after each attempt.
    const isReplaced = async (): Promise<boolean> => {
      const lease = opened.pool.lease('acme');
      if (lease !== undefined) expect(valueOf(await opened.run(lease, one))).toBe(1);
      return opened.heard.includes('left');
    };
    await until(isReplaced, { limitMs: 20_000 });
    await until(() => opened.pool.freeCount === 4);
    expect(opened.heard).not.toContain('exited');
    expect(valueOf(await opened.run(opened.lease(), one))).toBe(1);
  },
);
