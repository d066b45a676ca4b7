import { createOrchestrator, type Outcome } from '@waybill/orchestrator';
import { deferred, leakCheck, runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { tenant } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const names = [
  'job:admitted',
  'job:started',
  'job:logged',
  'host:called',
  'job:settled',
  'function:deployed',
  'function:removed',
  'worker:exited',
] as const;

function codeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

test.each([
  ['thread', '2 WORKER'],
  ['process', ' PROCESSWRAP'],
] as const)(
  'contained by %s: a closed orchestrator has nothing left, such as %s',
  async (containment, held) => {
    await using leaks = leakCheck();
    const waybill = await createOrchestrator({
      containment,
      threads: 2,
      workerHostFunctions: workerFunctions,
    });
    expect(leaks.leaks().join()).toContain(held);
    expect((await waybill.stats()).pool.threads).toHaveLength(2);
    await waybill.run({ source: 'export default (_, { host }) => host.worker.seen()' });
    await waybill.close();
    expect(await waybill.stats()).toMatchObject({ openCount: 0, pool: { threads: [] } });
  },
);

test('closing twice, also at once, is closing once', async () => {
  await using _leaks = leakCheck();
  const waybill = await createOrchestrator({ threads: 1 });
  const first = waybill.close();
  const second = waybill.close({ graceMs: 0 });
  await Promise.all([first, second]);
  await waybill.close();
  await waybill[Symbol.asyncDispose]();
});

test('an orchestrator can be closed right after its start, while it still makes isolates ahead', async () => {
  await using _leaks = leakCheck();
  for (let round = 0; round < 5; round++) {
    await using waybill = await createOrchestrator({
      threads: 2,
      isolates: { preparedPerThread: 8 },
    });
    await waybill.close({ graceMs: 0 });
  }
});

test('a closed orchestrator refuses jobs and functions with ERR_WAYBILL_CLOSED', async () => {
  const waybill = await createOrchestrator({ threads: 1 });
  const deployment = await waybill.deploy({ name: 'one', source: 'export default () => 1' });
  await waybill.close();
  const closed = { code: 'ERR_WAYBILL_CLOSED', blame: 'caller', retryable: true };
  const source = 'export default () => 1';
  await expect(waybill.run({ source })).rejects.toMatchObject(closed);
  await expect(deployment.run()).rejects.toMatchObject(closed);
  await expect(waybill.deploy({ name: 'two', source })).rejects.toMatchObject(closed);
  expect(waybill.cancel('nobody')).toBe(false);
});

test('close lets a running job finish, gives up the queued ones and then resolves', async () => {
  await using _leaks = leakCheck();
  const begun = deferred();
  const gate = deferred<string>();
  const order: string[] = [];
  const waybill = await createOrchestrator({
    threads: 1,
    attemptsPerThread: 1,
    graceMs: 10_000,
    hostFunctions: {
      gate: () => {
        begun.resolve();
        return gate.promise;
      },
    },
  });
  const source = 'export default (_, { host }) => host.gate()';
  const running = waybill.run({ source });
  const queued = waybill.run({ source });
  await begun.promise;
  const closing = waybill.close().then(() => order.push('closed'));
  expect(codeOf(await queued)).toBe('ERR_WAYBILL_CLOSED');
  await expect(waybill.run({ source })).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  gate.resolve('finished');
  const outcome = await running;
  order.push('settled');
  expect(outcome).toMatchObject({ ok: true, value: 'finished' });
  await closing;
  expect(order).toEqual(['settled', 'closed']);
});

test.each([
  { doing: 'waits for a host function here', body: 'await host.never()', reuse: 'tenant' },
  { doing: 'waits for a host function there', body: 'await host.worker.never()', reuse: 'tenant' },
  {
    doing: 'waits for itself',
    body: 'await new Promise((done) => { setTimeout(done, 1e8); })',
    reuse: 'never',
  },
  { doing: 'computes', body: 'for (;;);', reuse: 'tenant' },
  { doing: 'computes in an isolate of its own', body: 'for (;;);', reuse: 'never' },
] as const)(
  'close without a grace settles a job that $doing with ERR_WAYBILL_CLOSED and leaves nothing behind',
  async ({ body, reuse }) => {
    await using _leaks = leakCheck();
    const begun = deferred();
    const settled: string[] = [];
    const waybill = await createOrchestrator({
      threads: 1,
      limits: { wallMs: 60_000, cpuMs: 60_000 },
      hostFunctions: { begun: () => begun.resolve(), never: () => new Promise(() => {}) },
      workerHostFunctions: workerFunctions,
    });
    waybill.on('job:settled', ({ code }) => settled.push(code ?? 'ok'));
    const source = `export default async (_, { host }) => { await host.begun(); ${body} }`;
    const running = waybill.run({ source, reuse });
    await begun.promise;
    const startMs = performance.now();
    await waybill.close({ graceMs: 0 });
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(codeOf(await running)).toBe('ERR_WAYBILL_CLOSED');
    expect(settled).toEqual(['ERR_WAYBILL_CLOSED']);
  },
);

test('the events of a job come in the order of its life', async () => {
  await withOrchestrator({ hostFunctions: { here: () => 1 } }, async (waybill) => {
    const heard: string[] = [];
    for (const name of names) waybill.on(name, () => heard.push(name));
    const source = `export default async (_, { host, log }) => {
      log('one');
      await host.here();
      return 1;
    }`;
    await using deployment = await waybill.deploy({ name: 'f', source });
    await deployment.run();
    deployment.remove();
    deployment.remove();
    expect(heard.toSorted()).toEqual(names.filter((name) => name !== 'worker:exited').toSorted());
    expect(heard.slice(0, 3)).toEqual(['function:deployed', 'job:admitted', 'job:started']);
    expect(heard.slice(-2)).toEqual(['job:settled', 'function:removed']);
  });
});

test('a removed function is gone, and its name is free', async () => {
  await withOrchestrator({}, async (waybill) => {
    const one = await waybill.deploy({ name: 'f', source: 'export default () => 1' });
    expect(await one.run()).toMatchObject({ value: 1 });
    one.remove();
    await expect(one.run()).rejects.toMatchObject({ code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND' });
    const two = await waybill.deploy({ name: 'f', source: 'export default () => 2' });
    expect(await two.run()).toMatchObject({ value: 2 });
    one.remove();
    expect(await two.run()).toMatchObject({ value: 2 });
  });
});

test('a listener that was taken off hears nothing more, and nobody hears of what happens after close', async () => {
  await using _leaks = leakCheck();
  const heard: string[] = [];
  const waybill = await createOrchestrator({ threads: 1 });
  const off = waybill.on('job:settled', () => heard.push('taken off'));
  waybill.on('job:settled', () => heard.push('stays'));
  waybill.on('worker:exited', ({ expected }) => heard.push(`exited, expected: ${expected}`));
  off();
  off();
  await waybill.run({ source: 'export default () => 1' });
  await waybill.close();
  expect(heard).toEqual(['stays', 'exited, expected: true']);
});

test('stats count what waits, what runs and what the threads hold', async () => {
  const begun = deferred();
  const gate = deferred();
  const hostFunctions = {
    gate: () => {
      begun.resolve();
      return gate.promise;
    },
  };
  await withOrchestrator({ hostFunctions, attemptsPerThread: 1 }, async (waybill) => {
    const source = 'export default (_, { host }) => host.gate()';
    const jobs = [1, 2, 3].map(() => waybill.run({ source }));
    await begun.promise;
    expect(await waybill.stats()).toMatchObject({
      queuedCount: 2,
      openCount: 3,
      pool: { slotCount: 1, leasedCount: 1, threads: [{ attemptCount: 1, isolateCount: 1 }] },
    });
    gate.resolve();
    await Promise.all(jobs);
    expect(await waybill.stats()).toMatchObject({ queuedCount: 0, openCount: 0 });
  });
});

test('threads that were started in a job’s context do not keep it', async () => {
  const seen: unknown[] = [];
  await using _leaks = leakCheck();
  await using waybill = await tenant.run('starter', () =>
    createOrchestrator({ threads: 1, workerHostFunctions: workerFunctions }),
  );
  waybill.on('worker:exited', () => seen.push(tenant.get()));
  const source = 'export default (_, { host }) => host.worker.tenant(1)';
  expect(await waybill.run({ source })).toMatchObject({ value: [undefined, undefined] });
  await tenant.run('closer', () => waybill.close());
  expect(seen).toEqual([undefined]);
});

test.each([
  { ending: 'closed its orchestrator', close: 'await waybill.close();' },
  { ending: 'disposed it with work left', close: 'await waybill.close({ graceMs: 0 });' },
])('a process that $ending exits by itself', async ({ close }) => {
  const code = `
    import { createOrchestrator } from '@waybill/orchestrator';
    const waybill = await createOrchestrator({ threads: 2 });
    const source = 'export default () => 42';
    const outcome = await waybill.run({ source });
    const forever = waybill.run({ source: 'export default () => new Promise((done) => { setTimeout(done, 1e8); })', limits: { wallMs: 500 } });
    ${close}
    console.log(outcome.value, (await forever).ok);
  `;
  const result = await runNode({ code }, { cwd: new URL('..', import.meta.url) });
  expect(result).toMatchObject({ code: 0, signal: null, stdout: '42 false\n', stderr: '' });
});
