import type { GuestProgram, Orchestrator, Outcome } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

// It wedges its process only where it is told to; what is refused is the program, whatever it is told.
const source = `export default (input) =>
  input === 'wedge' ? Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) : 'done'`;
const refused = { code: 'ERR_WAYBILL_GUEST_QUARANTINED', blame: 'guest', retryable: false };

function hearQuarantined(waybill: Orchestrator): GuestProgram[] {
  const heard: GuestProgram[] = [];
  waybill.on('guest:quarantined', (program) => void heard.push(program));
  return heard;
}

function wedge(waybill: Orchestrator): Promise<Outcome> {
  return waybill.run({ tenant: 'acme', source, input: 'wedge', limits: { wallMs: 1_000 } });
}

test('a program that wedges twice is refused to its tenant and to nobody else, until it is released', async () => {
  await withOrchestrator({}, async (waybill) => {
    const heard = hearQuarantined(waybill);
    await using deployed = await waybill.deploy({ tenant: 'acme', name: 'same', source });
    expect(await wedge(waybill)).toMatchObject({ ok: false, escalation: 'wedge' });
    expect(waybill.quarantine.list()).toEqual([]);
    expect(await waybill.run({ tenant: 'acme', source })).toMatchObject({ value: 'done' });
    expect(await wedge(waybill)).toMatchObject({ ok: false, escalation: 'wedge' });

    const [listed] = waybill.quarantine.list();
    const programHash = listed?.programHash ?? '';
    expect(programHash).toMatch(/^[\da-f]{64}$/u);
    expect(listed).toMatchObject({ tenant: 'acme', sinceMs: expect.any(Number) });
    expect(heard).toEqual([{ tenant: 'acme', programHash }]);
    expect((await waybill.stats()).quarantinedCount).toBe(1);

    const details = { tenant: 'acme', programHash };
    await expect(waybill.run({ tenant: 'acme', source })).rejects.toMatchObject({
      ...refused,
      details,
    });
    await expect(deployed.run()).rejects.toMatchObject({ ...refused, details });
    const others = [
      { tenant: 'globex', source },
      { tenant: 'acme', source: `${source}\n` },
    ];
    for (const job of others) expect(await waybill.run(job)).toMatchObject({ value: 'done' });

    expect(waybill.quarantine.release('globex', programHash)).toBe(false);
    expect(waybill.quarantine.release('acme', programHash)).toBe(true);
    expect(waybill.quarantine.list()).toEqual([]);
    expect(await waybill.run({ tenant: 'acme', source })).toMatchObject({ value: 'done' });
    expect(waybill.quarantine.release('acme', programHash)).toBe(false);
  });
});

test('a program whose process crashes twice with nothing else in it is refused', async () => {
  const asks = 'export default async (_, { host }) => { await host.crash(); }';
  let processId = 0;
  const hostFunctions = {
    // What the signal does, a bug of the engine would do.
    crash: () => {
      process.kill(processId, 'SIGSEGV');
      return new Promise(() => {});
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const heard = hearQuarantined(waybill);
    waybill.on('job:started', (place) => void (processId = place.processId));
    for (let count = 0; count < 2; count++) {
      expect(waybill.quarantine.list()).toEqual([]);
      const outcome = await waybill.run({ tenant: 'acme', source: asks, rerunnable: true });
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'ERR_WAYBILL_GUEST_CRASHED', blame: 'guest' },
      });
    }
    expect(heard).toMatchObject([{ tenant: 'acme' }]);
    await expect(waybill.run({ tenant: 'acme', source: asks })).rejects.toMatchObject(refused);
    expect(await waybill.run({ tenant: 'acme', source })).toMatchObject({ value: 'done' });
  });
});

test('a program whose processes somebody else kills is not held to have done it', async () => {
  let begunCount = 0;
  const hostFunctions = { begun: () => (begunCount += 1) };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    let processId = 0;
    let killCount = 0;
    waybill.on('job:started', (place) => void (processId = place.processId));
    waybill.on('host:called', () => {
      if (killCount === 2) return;
      killCount += 1;
      process.kill(processId, 'SIGKILL');
    });
    const waits = `export default async (_, { host }) => {
      if (await host.begun() < 3) await new Promise((done) => { setTimeout(done, 1e8); });
      return 'done';
    }`;
    const job = { source: waits, rerunnable: true, limits: { wallMs: 20_000 } };
    expect(await waybill.run(job)).toMatchObject({ ok: true, value: 'done', attemptCount: 3 });
    expect(killCount).toBe(2);
    expect(waybill.quarantine.list()).toEqual([]);
    expect(await waybill.run(job)).toMatchObject({ ok: true, value: 'done' });
  });
});
