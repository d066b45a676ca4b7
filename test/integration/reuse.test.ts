import { type Orchestrator, type Outcome, unwrap, type WaybillEvents } from '@waybill/orchestrator';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

/** Leaves something in every place that a realm offers, and says what it found there. */
const leaves = `
  globalThis.visits ??= 0;
  export default (who) => {
    const found = [globalThis.visits, Array.prototype.left, Object.prototype.left, Math.left, globalThis.name];
    globalThis.visits += 1;
    globalThis.name = who;
    Array.prototype.left = Object.prototype.left = Math.left = who;
    Promise.prototype.then = () => { throw new Error('replaced by ' + who) };
    return JSON.stringify(found);
  }`;

const nothing = JSON.stringify([0, null, null, null, null]);

type Recycled = WaybillEvents['isolate:recycled'];

async function createdCount(waybill: Orchestrator): Promise<number> {
  const { pool } = await waybill.stats();
  return pool.threads.reduce((sum, thread) => sum + thread.isolatesCreatedCount, 0);
}

test.each(['never', 'tenant'] as const)(
  'with reuse "%s" a job finds nothing of another one',
  async (reuse) => {
    await withOrchestrator({}, async (waybill) => {
      for (const input of ['first', 'second', 'third']) {
        expect(unwrap(await waybill.run({ source: leaves, input, reuse }))).toBe(nothing);
      }
      const together = ['a', 'b', 'c'].map((input) =>
        waybill.run({ source: leaves, input, reuse }),
      );
      expect((await Promise.all(together)).map(unwrap)).toEqual([nothing, nothing, nothing]);
    });
  },
);

test('a deployed function keeps what its module holds, and no other function or job sees it', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `let count = 0; globalThis.mark = 'left'; export default () => [++count, globalThis.mark]`;
    const one = await waybill.deploy({ name: 'one', source });
    const two = await waybill.deploy({ name: 'two', source });
    expect(unwrap(await one.run())).toEqual([1, 'left']);
    expect(unwrap(await one.run())).toEqual([2, 'left']);
    expect(unwrap(await two.run())).toEqual([1, 'left']);
    const look = { source: 'export default () => typeof globalThis.mark' };
    expect(unwrap(await waybill.run(look))).toBe('undefined');
  });
});

test('jobs of one tenant share an isolate, jobs with reuse "never" and other tenants have their own', async () => {
  const options = { isolates: { preparedPerThread: 0 } };
  await withOrchestrator(options, async (waybill) => {
    const run = async (tenant: string, reuse: 'never' | 'tenant'): Promise<number> => {
      unwrap(await waybill.run({ tenant, reuse, source: 'export default () => 1' }));
      return createdCount(waybill);
    };
    expect(await run('a', 'tenant')).toBe(1);
    expect(await run('a', 'tenant')).toBe(1);
    expect(await run('b', 'tenant')).toBe(2);
    expect(await run('a', 'never')).toBe(3);
    expect(await run('a', 'never')).toBe(4);
    expect(await run('b', 'tenant')).toBe(4);
    expect((await waybill.stats()).pool.threads[0]?.isolateCount).toBe(2);
  });
});

test('a tenant that fills its heap takes nothing from another tenant', async () => {
  const limits = { memoryBytes: 16 * 2 ** 20, cpuMs: 10_000, wallMs: 20_000 };
  const begun = deferred();
  const gate = deferred<string>();
  const hostFunctions = {
    gate: () => {
      begun.resolve();
      return gate.promise;
    },
  };
  await withOrchestrator({ limits, hostFunctions }, async (waybill) => {
    const source = 'export default (_, { host }) => host.gate()';
    const innocent = waybill.run({ tenant: 'innocent', source });
    await begun.promise;
    const fills = `export default () => { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); }`;
    expect(await waybill.run({ tenant: 'greedy', source: fills })).toMatchObject({
      error: { code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT', blame: 'guest' },
    });
    gate.resolve('undisturbed');
    expect(unwrap(await innocent)).toBe('undisturbed');
  });
});

interface Recycling {
  readonly reason: Recycled['reason'];
  readonly isolates: object;
  readonly source: string;
  readonly jobCount: number;
}

const recyclings: readonly Recycling[] = [
  { reason: 'use', isolates: { maxUses: 3 }, source: 'export default () => 1', jobCount: 7 },
  {
    reason: 'age',
    isolates: { maxAgeMs: 1 },
    source: 'export default () => new Promise((done) => { setTimeout(done, 5) })',
    jobCount: 3,
  },
  {
    reason: 'heap',
    isolates: { maxHeapRatio: 0.0001 },
    source: 'globalThis.kept = new Array(1e5).fill(1.5); export default () => 1',
    // The heap is looked at after every 16th job.
    jobCount: 20,
  },
  { reason: 'idle', isolates: { maxPerThread: 1 }, source: 'export default () => 1', jobCount: 4 },
];

test.each(recyclings)(
  'an isolate is recycled by $reason, and no job notices',
  async ({ reason, isolates, source, jobCount }) => {
    const recycled: Recycled[] = [];
    await withOrchestrator({ isolates }, async (waybill) => {
      waybill.on('isolate:recycled', (event) => recycled.push(event));
      const outcomes: Outcome[] = [];
      for (let index = 0; index < jobCount; index++) {
        const tenant = reason === 'idle' ? `tenant-${index % 2}` : 'tenant-0';
        outcomes.push(await waybill.run({ tenant, source }));
      }
      expect(outcomes.map(({ ok }) => ok)).toEqual(outcomes.map(() => true));
      const { pool } = await waybill.stats();
      expect(pool.threads[0]?.isolatesRecycledCount).toBeGreaterThan(0);
      expect(pool.threads[0]?.isolateCount).toBeLessThanOrEqual(1);
    });
    expect(recycled.length).toBeGreaterThan(0);
    expect(new Set(recycled.map((event) => event.reason))).toEqual(new Set([reason]));
  },
);

test('a job in an isolate that is recycled meanwhile still finishes there', async () => {
  const begun = deferred();
  const gate = deferred<string>();
  const hostFunctions = {
    gate: () => {
      begun.resolve();
      return gate.promise;
    },
  };
  await withOrchestrator({ hostFunctions, isolates: { maxUses: 1 } }, async (waybill) => {
    const slow = waybill.run({ source: 'export default (_, { host }) => host.gate()' });
    await begun.promise;
    for (let round = 0; round < 3; round++) {
      expect((await waybill.run({ source: 'export default () => 1' })).ok).toBe(true);
    }
    gate.resolve('finished');
    expect(unwrap(await slow)).toBe('finished');
  });
});
