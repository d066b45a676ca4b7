import { createOrchestrator } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { atBaseline } from '../support/with-orchestrator.ts';
import { Load, loadOptions } from './load.ts';

const sabotage = (name: string): string =>
  `export default (_, { host }) => host.worker.${name}().then(() => new Promise((done) => { setTimeout(done, 1e8); }))`;

test('a pool process whose channel is closed under load is replaced, and costs no job more than another try', async () => {
  await using _leaks = leakCheck(10_000);
  await using waybill = await createOrchestrator(loadOptions);
  await using load = new Load(waybill, 13);
  const outcome = await waybill.run({
    tenant: 'saboteur',
    source: sabotage('closeChannel'),
    limits: { wallMs: 10_000 },
  });
  expect(outcome.ok ? 'ok' : outcome.error.code).toMatch(/PROCESS_EXITED|GUEST_CRASHED/u);
  const report = await load.stop();
  expect(report.wrong).toEqual([]);
  await atBaseline(waybill, 10_000);
}, 60_000);

test('a thread whose own port to its parent is closed under load goes on serving', async () => {
  await using _leaks = leakCheck(10_000);
  await using waybill = await createOrchestrator(loadOptions);
  await using load = new Load(waybill, 17);
  const source = sabotage('closePort');
  const outcome = await waybill.run({ tenant: 'saboteur', source, limits: { wallMs: 300 } });
  expect(outcome.ok ? 'ok' : outcome.error.code).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
  const report = await load.stop();
  expect(report.wrong).toEqual([]);
  await atBaseline(waybill, 10_000);
}, 60_000);
