import { type Outcome, unwrap } from '@waybill/orchestrator';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const source = `export default async (input, { host }) => {
  if (input === 'loops') { await host.begun(); for (;;); }
  if (input === 'waits') return host.gate();
  return input;
}`;

function codeOf(outcome: Outcome): unknown {
  return outcome.ok ? outcome.value : outcome.error.code;
}

test.each([
  {
    end: 'its cpu limit',
    limits: { cpuMs: 200 },
    cancels: false,
    code: 'ERR_WAYBILL_GUEST_CPU_LIMIT',
  },
  { end: 'its cancel', limits: { cpuMs: 5_000 }, cancels: true, code: 'ERR_WAYBILL_CANCELLED' },
])(
  'a job that loops in a warm realm until $end harms no job of the function beside it or after it',
  async ({ limits, cancels, code }) => {
    const begun = deferred();
    const gate = deferred<string>();
    const hostFunctions = { begun: () => begun.resolve(), gate: () => gate.promise };
    await withOrchestrator({ hostFunctions, limits }, async (waybill) => {
      await using deployment = await waybill.deploy({ name: 'f', source });
      const waits = deployment.run('waits');
      const loops = waybill.run({ id: 'loops', function: 'f', input: 'loops' });
      await begun.promise;
      const beside = Promise.all([1, 2, 3].map((input) => deployment.run(input)));
      if (cancels) waybill.cancel('loops');
      // On a machine that is busy with other tests a loop may be cut off before it had a third of its cpu time.
      expect([code, 'ERR_WAYBILL_WORKER_UNRESPONSIVE']).toContain(codeOf(await loops));
      expect((await beside).map(codeOf)).toEqual([1, 2, 3]);
      expect(codeOf(await deployment.run('after'))).toBe('after');
      gate.resolve('released');
      expect(codeOf(await waits)).toBe('released');
    });
  },
);

test('a function whose modules fail fails each of its jobs, and leaves no isolate behind', async () => {
  await withOrchestrator({}, async (waybill) => {
    const broken = `throw new RangeError('at load'); export default () => 1`;
    await using deployment = await waybill.deploy({ name: 'f', source: broken });
    const together = await Promise.all([deployment.run(), deployment.run()]);
    for (const outcome of [...together, await deployment.run()]) {
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'ERR_WAYBILL_GUEST_THREW', details: { name: 'RangeError' } },
      });
    }
    expect((await waybill.stats()).pool.threads[0]?.isolateCount).toBe(0);
  });
});

test('a function that is removed while it runs finishes, and its isolate is gone', async () => {
  const begun = deferred();
  const gate = deferred<string>();
  const hostFunctions = {
    gate: () => {
      begun.resolve();
      return gate.promise;
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const deployment = await waybill.deploy({ name: 'f', source });
    const running = deployment.run('waits');
    await begun.promise;
    deployment.remove();
    gate.resolve('finished');
    expect(unwrap(await running)).toBe('finished');
    expect((await waybill.stats()).pool.threads[0]?.isolateCount).toBe(0);
  });
});

test('a function keeps one realm for as many jobs at once as there are places', async () => {
  const gate = deferred<string>();
  const reached = deferred();
  let waiting = 0;
  const hostFunctions = {
    gate: () => {
      waiting += 1;
      if (waiting === 32) reached.resolve();
      return gate.promise;
    },
  };
  await withOrchestrator({ hostFunctions, attemptsPerThread: 32 }, async (waybill) => {
    await using deployment = await waybill.deploy({ name: 'f', source });
    const jobs = Array.from({ length: 32 }, () => deployment.run('waits'));
    await reached.promise;
    expect((await waybill.stats()).pool.threads[0]).toMatchObject({
      attemptCount: 32,
      isolateCount: 1,
    });
    gate.resolve('together');
    expect(new Set((await Promise.all(jobs)).map(codeOf))).toEqual(new Set(['together']));
  });
});

test('a job may narrow the limits of its function, and not those of the heap that all its jobs share', async () => {
  await withOrchestrator({}, async (waybill) => {
    const spins = `export default () => { const until = Date.now() + 300; while (Date.now() < until); return 1 }`;
    const limits = { cpuMs: 2_000 };
    await using deployment = await waybill.deploy({ name: 'f', source: spins, limits });
    expect(codeOf(await deployment.run())).toBe(1);
    const narrow = await waybill.run({ function: 'f', limits: { cpuMs: 50 } });
    expect(codeOf(narrow)).toBe('ERR_WAYBILL_GUEST_CPU_LIMIT');
    const heap = waybill.run({ function: 'f', limits: { memoryBytes: 8 * 2 ** 20 } });
    await expect(heap).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_JOB' });
  });
});
