import { once } from 'node:events';
import { createOrchestrator } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { Load, loadOptions } from './load.ts';

// On Linux everything written to it fails with ENOSPC; where there is none, a folder cannot be written to either.
const fullDisk = '/dev/full';

test('a full disk under the crash log costs a warning, and no job', async () => {
  await using _leaks = leakCheck(10_000);
  const processes = { crashLog: fullDisk };
  await using waybill = await createOrchestrator({ ...loadOptions, processes });
  await using load = new Load(waybill, 11);
  const warned = once(process, 'warning');
  for (const { processId } of (await waybill.stats()).pool.processes) {
    process.kill(processId, 'SIGKILL');
  }
  expect(String((await warned)[0])).toContain('ENOSPC');
  const report = await load.stop();
  expect(report.wrong).toEqual([]);
}, 60_000);
