import type { EscalationStep, Orchestrator, WaybillEvents } from '@waybill/orchestrator';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const loops = 'export default () => { for (;;); }';
const waits = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';
// V8 looks for no interrupt inside this built-in: neither its time limit nor disposing its isolate ends it.
const wedges = 'export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
// Time enough to be computing by then, on a machine that has more to do.
const limits = { wallMs: 1_000, cpuMs: 60_000 };

/** Hears the steps that are taken against jobs, as they are told. */
function hearSteps(waybill: Orchestrator): Record<string, EscalationStep[]> {
  const steps: Record<string, EscalationStep[]> = {};
  waybill.on('job:escalated', ({ jobId, step }) => void (steps[jobId] ??= []).push(step));
  return steps;
}

/** Resolves to the next event of a name. */
function next<Name extends keyof WaybillEvents>(
  waybill: Orchestrator,
  name: Name,
): Promise<WaybillEvents[Name]> {
  const { promise, resolve } = Promise.withResolvers<WaybillEvents[Name]>();
  const unhear = waybill.on(name, (event) => {
    unhear();
    resolve(event);
  });
  return promise;
}

test('no step is taken against a guest that ends, or that merely waits at its deadline', async () => {
  await withOrchestrator({}, async (waybill) => {
    const steps = hearSteps(waybill);
    const ended = await waybill.run({ source: 'export default () => 1' });
    const waited = await waybill.run({ source: waits, limits });
    expect(ended).not.toHaveProperty('escalation');
    expect(waited).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' } });
    expect(waited).not.toHaveProperty('escalation');
    expect(steps).toEqual({});
  });
});

test('a guest that computes on at its deadline is interrupted, and its process serves on', async () => {
  await withOrchestrator({}, async (waybill) => {
    const steps = hearSteps(waybill);
    const started = next(waybill, 'job:started');
    const settled = next(waybill, 'job:settled');
    const outcome = await waybill.run({ id: 'loops', source: loops, limits });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' },
      escalation: 'interrupt',
    });
    expect(await settled).toMatchObject({ jobId: 'loops', escalation: 'interrupt' });
    expect(steps).toEqual({ loops: ['interrupt'] });
    const { processId } = await started;
    const startedNext = next(waybill, 'job:started');
    expect(await waybill.run({ source: 'export default () => 2' })).toMatchObject({ value: 2 });
    expect((await startedNext).processId).toBe(processId);
    expect((await waybill.stats()).escalationCounts).toEqual({
      interrupt: 1,
      dispose: 0,
      wedge: 0,
      kill: 0,
    });
  });
});

test('a guest that is cancelled while it computes loses its isolate, and its process serves on', async () => {
  const begun = Promise.withResolvers<void>();
  const hostFunctions = { begun: () => begun.resolve() };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const steps = hearSteps(waybill);
    const started = next(waybill, 'job:started');
    const source = 'export default (_, { host }) => { void host.begun(); for (;;); }';
    const long = { wallMs: 20_000, cpuMs: 20_000 };
    const running = waybill.run({ id: 'loops', source, limits: long });
    await begun.promise;
    expect(waybill.cancel('loops')).toBe(true);
    expect(await running).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_CANCELLED' },
      escalation: 'dispose',
    });
    expect(steps).toEqual({ loops: ['interrupt', 'dispose'] });
    const { processId } = await started;
    const startedNext = next(waybill, 'job:started');
    expect(await waybill.run({ source: 'export default () => 2' })).toMatchObject({ value: 2 });
    expect((await startedNext).processId).toBe(processId);
    expect((await waybill.stats()).lostProcessCount).toBe(0);
  });
});

test('a guest that nothing can stop costs its process, and an innocent job there runs again by itself', async () => {
  await withOrchestrator({}, async (waybill) => {
    const steps = hearSteps(waybill);
    const rerun = next(waybill, 'job:rerun');
    const gone = next(waybill, 'process:exited');
    const told = next(waybill, 'process:wedged');
    const started = next(waybill, 'job:started');
    const running = waybill.run({ id: 'wedges', tenant: 'acme', source: wedges, limits });
    const { processId } = await started;
    // It needs longer than the process will live, and no longer than it may take itself.
    const source =
      'export default () => new Promise((done) => { setTimeout(done, 4_000, "done") })';
    const innocent = waybill.run({
      id: 'innocent',
      tenant: 'globex',
      source,
      limits: { wallMs: 25_000 },
    });
    expect(await told).toEqual({ processId, reason: expect.stringContaining('stopped') });
    const served = await waybill.run({ tenant: 'initech', source: 'export default () => 1' });
    expect(served).toMatchObject({ value: 1 });
    const outcome = await running;
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' },
      escalation: 'wedge',
    });
    expect(outcome.bill.wallMs).toBeLessThan(limits.wallMs + 2_000);
    expect(steps).toEqual({ wedges: ['interrupt', 'dispose', 'wedge'] });
    expect(await gone).toMatchObject({
      processId,
      crash: {
        processId,
        killed: true,
        signal: 'SIGKILL',
        reason: expect.stringContaining('stopped'),
        jobs: [{ jobId: 'innocent', tenant: 'globex' }],
      },
    });
    expect(await rerun).toMatchObject({ jobId: 'innocent', code: 'ERR_WAYBILL_PROCESS_EXITED' });
    expect(await innocent).toMatchObject({ ok: true, value: 'done', attemptCount: 2 });
    const { escalationCounts, lostProcessCount, rerunCount } = await waybill.stats();
    expect(escalationCounts).toEqual({ interrupt: 1, dispose: 1, wedge: 1, kill: 1 });
    expect({ lostProcessCount, rerunCount }).toEqual({ lostProcessCount: 1, rerunCount: 1 });
    // The one that was lost is replaced.
    await until(async () => (await waybill.stats()).pool.processes.length === 2, {
      limitMs: 20_000,
    });
  });
});
