import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrchestrator } from '@waybill/orchestrator';
import { leakCheck, until } from '@waybill/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { atBaseline } from '../support/with-orchestrator.ts';
import { Load, loadOptions } from './load.ts';

// Linux has a file to which everything that is written fails as on a full disk. A folder can be lost anywhere.
const fullFile = '/dev/full';
const fullDisks = existsSync(fullFile) ? [{ what: 'is on a full disk', code: 'ENOSPC' }] : [];
const failures = [{ what: 'has lost its folder', code: 'ENOENT' }, ...fullDisks];

test.each(failures)(
  'a crash log that $what costs a warning, and no job',
  async ({ code }) => {
    await using _leaks = leakCheck(10_000);
    const folder = await mkdtemp(join(tmpdir(), 'waybill-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const crashLog = code === 'ENOSPC' ? fullFile : join(folder, 'crashes.jsonl');
    await using waybill = await createOrchestrator({ ...loadOptions, processes: { crashLog } });
    await using load = new Load(waybill, 11);
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    // Where the file was opened once is not where it is written now.
    await rm(folder, { recursive: true });
    for (const { processId } of (await waybill.stats()).pool.processes) {
      process.kill(processId, 'SIGKILL');
    }
    const words = `${crashLog} cannot be written: ${code}`;
    await until(() => warnings.some((text) => text.includes(words)), { limitMs: 20_000 });
    const report = await load.stop();
    process.off('warning', warned);
    expect(warnings.filter((text) => text.includes(crashLog))).toHaveLength(1);
    expect(report.wrong).toEqual([]);
    await atBaseline(waybill, 10_000);
  },
  60_000,
);
