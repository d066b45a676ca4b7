import type { Orchestrator } from '@waybill/orchestrator';
import { deferred, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const asks = 'export default (_, { host }) => host.wait()';
const one = 'export default () => 1';

/** A host function whose calls wait until they are let go. */
function makeGate() {
  const gate = deferred();
  return { hostFunctions: { wait: () => gate.promise }, open: () => gate.resolve() };
}

/** Hears which jobs were started, in order. */
function hearStarts(waybill: Orchestrator): string[] {
  const starts: string[] = [];
  waybill.on('job:started', ({ jobId }) => void starts.push(jobId));
  return starts;
}

test('a tenant never runs more jobs than it may, and the places that it leaves are for others', async () => {
  const gate = deferred();
  const running: Record<string, number> = {};
  const peaks: Record<string, number> = {};
  const hostFunctions = {
    enter: (tenant: string) => {
      running[tenant] = (running[tenant] ?? 0) + 1;
      peaks[tenant] = Math.max(peaks[tenant] ?? 0, running[tenant]);
    },
    wait: () => gate.promise,
    leave: (tenant: string) => void (running[tenant] = (running[tenant] ?? 0) - 1),
  };
  const source = `export default async (tenant, { host }) => {
    await host.enter(tenant);
    await host.wait();
    await host.leave(tenant);
  }`;
  const tenants = { named: { acme: { maxRunning: 2 } } };
  await withOrchestrator({ hostFunctions, tenants }, async (waybill) => {
    const starts = hearStarts(waybill);
    const numbers = [1, 2, 3, 4, 5];
    const jobs = ['acme', 'globex'].flatMap((tenant) =>
      numbers.map((number) =>
        waybill.run({ id: `${tenant}-${number}`, tenant, source, input: tenant }),
      ),
    );
    await until(() => running['acme'] === 2 && running['globex'] === 5);
    expect(starts).toEqual(['acme-1', 'acme-2', ...numbers.map((number) => `globex-${number}`)]);
    expect((await waybill.stats()).queuedCount).toBe(3);
    gate.resolve();
    for (const outcome of await Promise.all(jobs)) expect(outcome).toMatchObject({ ok: true });
    expect(starts).toHaveLength(10);
    expect(peaks).toEqual({ acme: 2, globex: 5 });
  });
});

test('a tenant whose line is full is refused with the length of the line and the wait, and others are not', async () => {
  const { hostFunctions: gated, open } = makeGate();
  const hostFunctions = { ...gated, work: () => pause(50) };
  const tenants = { default: { maxRunning: 1 }, named: { acme: { maxRunning: 1, maxQueued: 2 } } };
  await withOrchestrator({ hostFunctions, tenants }, async (waybill) => {
    // How long a turn takes is learnt from turns.
    const slow = 'export default (_, { host }) => host.work()';
    await waybill.run({ tenant: 'acme', source: slow });
    const job = { tenant: 'acme', source: asks };
    const admitted = [waybill.run(job), waybill.run(job), waybill.run(job)];
    const refused = await waybill.run(job).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'ERR_WAYBILL_TENANT_QUEUE_FULL',
      blame: 'caller',
      retryable: true,
      details: { tenant: 'acme', queuedCount: 2, maxQueued: 2 },
    });
    const { details } = refused as { details: { estimatedWaitMs: number } };
    // Two wait and it would be the third: each turn took some 50 ms.
    expect(details.estimatedWaitMs).toBeGreaterThanOrEqual(3 * 45);
    expect(details.estimatedWaitMs).toBeLessThan(30_000);
    expect(await waybill.run({ tenant: 'globex', source: one })).toMatchObject({ value: 1 });
    open();
    for (const outcome of await Promise.all(admitted)) expect(outcome).toMatchObject({ ok: true });
    expect(await waybill.run({ tenant: 'acme', source: one })).toMatchObject({ value: 1 });
  });
});

test('where as many jobs wait as may in all, every tenant is refused, and is told how many wait and how long', async () => {
  const { hostFunctions, open } = makeGate();
  const options = { hostFunctions, attemptsPerThread: 1, queue: { maxJobs: 1 } };
  await withOrchestrator(options, async (waybill) => {
    await waybill.run({ source: one });
    const admitted = ['acme', 'globex'].map((tenant) => waybill.run({ tenant, source: asks }));
    await expect(waybill.run({ tenant: 'initech', source: one })).rejects.toMatchObject({
      code: 'ERR_WAYBILL_QUEUE_FULL',
      blame: 'caller',
      retryable: true,
      details: { queuedCount: 1, maxJobs: 1, estimatedWaitMs: expect.any(Number) },
    });
    open();
    for (const outcome of await Promise.all(admitted)) expect(outcome).toMatchObject({ ok: true });
  });
});

test('priority decides among the jobs of a tenant, and gains nothing over other tenants', async () => {
  const { hostFunctions, open } = makeGate();
  await withOrchestrator({ hostFunctions, attemptsPerThread: 1 }, async (waybill) => {
    const starts = hearStarts(waybill);
    const running = [waybill.run({ id: 'first', tenant: 'initech', source: asks })];
    const enter = (tenant: string, priority: number): void => {
      const id = `${tenant}:${priority}:${running.length}`;
      running.push(waybill.run({ id, tenant, priority, source: one }));
    };
    for (const priority of [-1, 0, 100, 0]) enter('acme', priority);
    for (const priority of [-100, -99]) enter('globex', priority);
    open();
    for (const outcome of await Promise.all(running)) expect(outcome).toMatchObject({ ok: true });
    expect(starts).toEqual([
      'first',
      'acme:100:3',
      'globex:-99:6',
      'acme:0:2',
      'globex:-100:5',
      'acme:0:4',
      'acme:-1:1',
    ]);
  });
});

test('a tenant with three times the weight has three turns for one of another while both wait', async () => {
  const { hostFunctions, open } = makeGate();
  const tenants = { named: { acme: { weight: 3 } } };
  await withOrchestrator({ hostFunctions, tenants, attemptsPerThread: 1 }, async (waybill) => {
    const turns: string[] = [];
    waybill.on('job:started', ({ tenant }) => void turns.push(tenant));
    const running = [waybill.run({ tenant: 'initech', source: asks })];
    for (const tenant of ['acme', 'globex']) {
      for (let count = 0; count < 6; count++) running.push(waybill.run({ tenant, source: one }));
    }
    open();
    await Promise.all(running);
    expect(turns.slice(1, 9).join(' ')).toBe('acme acme acme globex acme acme acme globex');
  });
});
