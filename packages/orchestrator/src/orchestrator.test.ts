import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WaybillEventName } from '@waybill/protocol';
import { leakCheck, runNode } from '@waybill/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type Orchestrator, createOrchestrator } from './orchestrator.ts';
import type { OrchestratorOptions } from './options.ts';

const source = 'export default (input) => input';
const logs = "export default (_, { log }) => { log('one'); log('two'); return 'done' }";
const waitsForever = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';

async function open(options: OrchestratorOptions = {}): Promise<Orchestrator & AsyncDisposable> {
  const leaks = leakCheck();
  const waybill = await createOrchestrator({ threads: 1, ...options });
  return {
    ...waybill,
    async [Symbol.asyncDispose]() {
      await waybill.close();
      await leaks[Symbol.asyncDispose]();
    },
  };
}

/** Resolves to the next uncaught exception, which is then none of the test runner's business. */
function nextUncaught(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', resolve);
  onTestFinished(() => {
    process.off('uncaughtException', resolve);
    for (const other of others) process.on('uncaughtException', other);
  });
  return promise;
}

test('two orchestrators live side by side in one process, and close apart', async () => {
  await using one = await open();
  await using two = await open();
  await one.close();
  expect(await two.run({ source, input: 2 })).toMatchObject({ ok: true, value: 2 });
  await expect(one.run({ source })).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
});

test('every log line is heard before the outcome is there', async () => {
  await using waybill = await open();
  for (let round = 0; round < 20; round++) {
    const heard: string[] = [];
    const outcome = await waybill.run(
      { source: logs },
      { onLog: ({ text }) => void heard.push(text) },
    );
    expect(heard).toEqual(['one', 'two']);
    expect(outcome.logs).toHaveLength(2);
  }
});

test('a log listener that throws does not harm the job, and its error is an uncaught exception', async () => {
  await using waybill = await open();
  const uncaught = nextUncaught();
  let heard = 0;
  const onLog = (): void => {
    heard += 1;
    if (heard === 1) throw new Error('a broken listener');
  };
  expect(await waybill.run({ source: logs }, { onLog })).toMatchObject({ ok: true, value: 'done' });
  expect(await uncaught).toMatchObject({ message: 'a broken listener' });
  expect(heard).toBe(2);
});

test('wrong run options are refused before anything was started', async () => {
  await using waybill = await open();
  const options = { signal: {} as AbortSignal };
  await expect(waybill.run({ id: 'one', source }, options)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_JOB',
  });
  expect(await waybill.stats()).toMatchObject({ openCount: 0, queuedCount: 0 });
  expect(await waybill.run({ id: 'one', source, input: 1 })).toMatchObject({ value: 1 });
});

test('cancelling a job that has settled, or was never there, says that there is none', async () => {
  await using waybill = await open();
  await waybill.run({ id: 'one', source });
  expect([waybill.cancel('one'), waybill.cancel('two')]).toEqual([false, false]);
});

test('a job that is cancelled as it is submitted, or as it starts, is cancelled', async () => {
  await using waybill = await open();
  const atOnce = waybill.run({ id: 'one', source: waitsForever });
  expect(waybill.cancel('one', 'nobody wants it')).toBe(true);
  expect(await atOnce).toMatchObject({
    error: {
      code: 'ERR_WAYBILL_CANCELLED',
      message: 'job one was cancelled: nobody wants it',
    },
  });
  waybill.on('job:started', ({ jobId }) => void waybill.cancel(jobId));
  const computes = 'export default () => { for (;;); }';
  const asItStarts = await waybill.run({ source: computes, limits: { cpuMs: 3_000 } });
  expect(asItStarts).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CANCELLED' } });
  expect(asItStarts.bill.cpuMs).toBeLessThan(1_000);
  expect((await waybill.stats()).pool.leasedCount).toBe(0);
});

test('of two functions of one name that are deployed at once, one is', async () => {
  await using waybill = await open();
  const deploy = () => waybill.deploy({ name: 'f', source });
  const both = await Promise.allSettled([deploy(), deploy()]);
  expect(both).toMatchObject([
    { status: 'fulfilled' },
    { reason: { code: 'ERR_WAYBILL_DUPLICATE_NAME' } },
  ]);
});

test('a function that does not parse is not deployed, and its name is free', async () => {
  await using waybill = await open();
  await expect(waybill.deploy({ name: 'f', source: 'export default (' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_GUEST_SYNTAX',
  });
  const deployed = await waybill.deploy({ name: 'f', source });
  expect(await deployed.run('again')).toMatchObject({ value: 'again' });
});

test('a function that is removed finishes the job it runs, and takes no other', async () => {
  const called = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const ask = (): Promise<string> => {
    called.resolve();
    return answer.promise;
  };
  await using waybill = await open({ hostFunctions: { ask } });
  const asks = 'export default (_, { host }) => host.ask()';
  const deployed = await waybill.deploy({ name: 'f', source: asks });
  const running = deployed.run();
  await called.promise;
  deployed.remove();
  deployed.remove();
  await expect(deployed.run()).rejects.toMatchObject({ code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND' });
  answer.resolve('finished');
  expect(await running).toMatchObject({ ok: true, value: 'finished' });
});

test('a function whose modules fail as it warms up harms no other job', async () => {
  await using waybill = await open();
  const fails = await waybill.deploy({
    name: 'f',
    source: 'throw new Error("no"); export default 1',
  });
  const running = fails.run();
  fails.remove();
  expect((await running).ok).toBe(false);
  expect(await waybill.run({ source, input: 1 })).toMatchObject({ value: 1 });
});

test('closing ends what runs, refuses what comes, and emits nothing afterwards', async () => {
  await using waybill = await open();
  const heard: string[] = [];
  const names: WaybillEventName[] = ['job:settled', 'worker:exited', 'function:deployed'];
  for (const name of names) waybill.on(name, () => void heard.push(name));
  const running = waybill.run({ source: waitsForever });
  await expect(waybill.close({ graceMs: Infinity })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_OPTIONS',
  });
  await Promise.all([waybill.close({ graceMs: 0 }), waybill.close()]);
  expect(await running).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CLOSED' } });
  expect(heard).toEqual(['job:settled', 'worker:exited']);
  await expect(waybill.deploy({ name: 'f', source })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_CLOSED',
  });
  expect(await waybill.stats()).toMatchObject({ openCount: 0, pool: { threads: [] } });
  expect(heard).toHaveLength(2);
});

test('what an orchestrator counted, and what is in quarantine, can be asked for', async () => {
  await using waybill = await open();
  expect(await waybill.stats()).toMatchObject({
    escalationCounts: { interrupt: 0, dispose: 0, wedge: 0, kill: 0 },
    rerunCount: 0,
    lostProcessCount: 0,
    quarantinedCount: 0,
  });
  expect(waybill.quarantine.list()).toEqual([]);
  expect(waybill.quarantine.release('acme', 'none')).toBe(false);
});

test('a crash log that cannot be written is refused before anything is started', async () => {
  const options = { processes: { crashLog: import.meta.dirname } };
  await expect(createOrchestrator(options)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_OPTIONS',
    details: { issues: [{ path: 'processes.crashLog' }] },
  });
});

test('an orchestrator whose processes end as they start is not made, and leaves nothing behind', async () => {
  await using _leaks = leakCheck();
  const ends = 'data:text/javascript,process.kill(process.pid, "SIGKILL"); export const f = 1';
  const options = { threads: 1, workerHostFunctions: ends };
  await expect(createOrchestrator(options)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_PROCESS_NOT_STARTED',
    blame: 'host',
  });
});

test('a job that loses its process runs again, and the loss is told and written down', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-orchestrator-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const crashLog = join(folder, 'crashes.ndjson');
  await using waybill = await open({ processes: { crashLog } });
  const lost: unknown[] = [];
  waybill.on('process:exited', ({ crash }) => void (crash && lost.push(crash)));
  const stop = waybill.on('job:started', ({ processId }) => {
    stop();
    process.kill(processId, 'SIGKILL');
  });
  const outcome = await waybill.run({ id: 'one', tenant: 'acme', source, input: 7 });
  expect(outcome).toMatchObject({ ok: true, value: 7, attemptCount: 2 });
  await waybill.close();
  const told = { killed: false, signal: 'SIGKILL', jobs: [{ jobId: 'one', tenant: 'acme' }] };
  expect(lost).toMatchObject([told]);
  expect(JSON.parse(await readFile(crashLog, 'utf8'))).toEqual(lost[0]);
});

test('a process ends by itself once its orchestrator is closed', async () => {
  const code = `
    import { createOrchestrator } from './orchestrator.ts';
    await using waybill = await createOrchestrator({ threads: 2 });
    const { value } = await waybill.run({ source: 'export default () => 6 * 7' });
    console.log(value);
  `;
  const result = await runNode({ code }, { cwd: new URL('.', import.meta.url), timeoutMs: 15_000 });
  expect(result).toMatchObject({ code: 0, stdout: '42\n', stderr: '' });
}, 20_000);
