import { type AttemptMessage, defaultLimits } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';
import type { Doubt } from './doubt-thread.ts';
import { openPool, valueOf } from './open-pool.fixture.ts';
import type { Pool, PoolLease } from './pool.ts';

// Half a second to answer and half a second to end, on a machine where others compute, too.
vi.setConfig({ testTimeout: 30_000 });

const realmEngine = {
  engine: 'realm',
  realm: { threadHeapBytes: 256 * 2 ** 20, stacks: false },
} as const;
const containments = ['thread', 'process'] as const;

const one = 'export default () => 1';
const loops = 'export default () => { for (;;); }';
const sticks = 'export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';

/** An attempt that meets no other limit first. */
const atLeisure = (attemptId: number): Partial<AttemptMessage> => ({
  attemptId,
  limits: { ...defaultLimits, wallMs: 60_000, cpuMs: 60_000 },
  deadlineMs: performance.now() + 60_000,
});

/** Doubts the thread of a lease for an attempt until its guest holds it. */
async function doubtWhenHeld(pool: Pool, lease: PoolLease, attemptId: number): Promise<Doubt> {
  for (;;) {
    const doubt = await pool.suspect(lease, attemptId);
    if (doubt !== 'answers') return doubt;
  }
}

test.each(containments)(
  'contained by %s: a thread that the guest of an attempt holds is ended for that attempt, and another comes',
  async (containment) => {
    await using opened = await openPool({ ...realmEngine, containment });
    const lease = opened.lease();
    const lost = expect(opened.run(lease, loops, atLeisure(9_001))).rejects.toMatchObject({
      code: 'ERR_WAYBILL_WORKER_EXITED',
    });
    expect(await doubtWhenHeld(opened.pool, lease, 9_001)).toBe('ended');
    await lost;
    await until(() => opened.pool.freeCount === 4);
    expect(opened.losses).toEqual([]);
    expect(valueOf(await opened.run(opened.lease(), one))).toBe(1);
  },
);

test.each(containments)(
  'contained by %s: a thread that the guest of another attempt holds is left to it',
  async (containment) => {
    await using opened = await openPool({ ...realmEngine, containment });
    const lease = opened.lease();
    const limits = { ...defaultLimits, wallMs: 60_000, cpuMs: 3_000 };
    const running = opened.run(lease, loops, { ...atLeisure(9_002), limits });
    expect(await doubtWhenHeld(opened.pool, lease, 9_003)).toBe('busy');
    expect((await running).settlement).toMatchObject({
      error: { code: expect.stringMatching(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/) },
    });
    expect(opened.heard).not.toContain('exited');
  },
);

test('a process is given up where the guest of an attempt holds a thread that does not end', async () => {
  await using opened = await openPool({ ...realmEngine, containment: 'process' });
  const lease = opened.lease();
  const lost = expect(opened.run(lease, sticks, atLeisure(9_004))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_PROCESS_EXITED',
  });
  expect(await doubtWhenHeld(opened.pool, lease, 9_004)).toBe('held');
  await lost;
  expect(opened.losses).toMatchObject([{ how: 'wedged' }]);
  await until(() => opened.pool.freeCount === 4);
  expect(valueOf(await opened.run(opened.lease(), one))).toBe(1);
});
