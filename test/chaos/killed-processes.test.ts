import { setInterval } from 'node:timers/promises';
import { createOrchestrator } from '@waybill/orchestrator';
import { leakCheck, seededRandom } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { atBaseline } from '../support/with-orchestrator.ts';
import { heldNow } from './resources.ts';
import { Load, loadOptions } from './load.ts';

const seed = 20_261_122;
const killCount = 60;

test(`of ${killCount} pool processes that are killed under load, one a second, no job settles twice, none is lost, no context is mixed`, async () => {
  await using _leaks = leakCheck(10_000);
  const before = await heldNow();
  const random = seededRandom(seed);
  const killed: number[] = [];
  const told: number[] = [];
  await using waybill = await createOrchestrator(loadOptions);
  waybill.on('process:exited', ({ processId, crash }) => {
    if (crash?.signal === 'SIGKILL') told.push(processId);
  });
  await using load = new Load(waybill, seed);
  for await (const _second of setInterval(1_000)) {
    // Starting ones are not listed: for a moment there may be none.
    const { processes } = (await waybill.stats()).pool;
    if (processes.length === 0) continue;
    const { processId } = random.pick(processes);
    killed.push(processId);
    process.kill(processId, 'SIGKILL');
    if (killed.length === killCount) break;
  }
  const report = await load.stop();
  console.log(`${killCount} kills: ${JSON.stringify(report)}`);
  expect(report.wrong).toEqual([]);
  expect(report.jobCount).toBeGreaterThan(1_000);
  expect(report.rerunCount).toBeGreaterThan(0);
  await atBaseline(waybill, 10_000);
  expect(told).toEqual(killed);
  await waybill.close();
  const after = await heldNow();
  expect(after.childCount).toBe(before.childCount);
  expect(after.fileCount).toBeLessThanOrEqual(before.fileCount);
  expect(after.threadCount).toBeLessThanOrEqual(before.threadCount);
}, 150_000);
