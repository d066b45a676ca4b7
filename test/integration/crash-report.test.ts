import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashReport } from '@waybill/orchestrator';
import { until } from '@waybill/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const waits = `export default async (_, { host }) => {
  await host.begun();
  return new Promise((done) => { setTimeout(done, 1e8); });
}`;

async function readReports(path: string): Promise<CrashReport[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as CrashReport);
}

test.each([
  { signal: 'SIGKILL', code: 'ERR_WAYBILL_PROCESS_EXITED' },
  { signal: 'SIGSEGV', code: 'ERR_WAYBILL_PROCESS_EXITED' },
])(
  'when a process ends with $signal, the crash log names every job that was running there, and its tenant',
  async ({ signal, code }) => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const crashLog = join(folder, 'crashes.jsonl');
    let begunCount = 0;
    const hostFunctions = { begun: () => void (begunCount += 1) };
    await withOrchestrator({ hostFunctions, processes: { crashLog } }, async (waybill) => {
      const told: (CrashReport | undefined)[] = [];
      const processIds = new Set<number>();
      waybill.on('process:exited', ({ crash }) => void told.push(crash));
      waybill.on('job:started', ({ processId }) => void processIds.add(processId));
      expect(await readReports(crashLog)).toEqual([]);
      const done = { tenant: 'initech', source: 'export default () => 1' };
      expect(await waybill.run(done)).toMatchObject({ value: 1 });
      await using deployed = await waybill.deploy({ tenant: 'globex', name: 'f', source: waits });
      const running = [
        waybill.run({ id: 'brought', tenant: 'acme', source: waits }),
        deployed.run('of the function'),
      ];
      await until(() => begunCount === 2);
      const [processId = 0, ...others] = processIds;
      expect(others).toEqual([]);
      process.kill(processId, signal);

      for (const outcome of await Promise.all(running)) {
        expect(outcome).toMatchObject({
          ok: false,
          error: { code, blame: 'host', retryable: true },
        });
      }
      await until(async () => (await readReports(crashLog)).length > 0);
      const reports = await readReports(crashLog);
      expect(reports).toEqual(told);
      expect(reports).toMatchObject([{ processId, signal, exitCode: null, killed: false }]);
      const [report] = reports;
      const jobs = report?.jobs.toSorted((one, other) => one.tenant.localeCompare(other.tenant));
      expect(jobs).toMatchObject([
        { jobId: 'brought', tenant: 'acme' },
        { tenant: 'globex', functionName: 'f' },
      ]);
      const hashes = jobs?.map(({ programHash }) => programHash);
      expect(hashes?.[0]).toMatch(/^[\da-f]{64}$/u);
      expect(hashes?.[1]).toBe(hashes?.[0]);
      expect(report?.jobs.every(({ runningMs }) => runningMs > 0 && runningMs < 30_000)).toBe(true);
      expect(report?.rssBytes).toBeGreaterThan(2 ** 20);
      expect(Math.abs(Date.parse(report?.at ?? '') - Date.now())).toBeLessThan(30_000);
    });
  },
);
