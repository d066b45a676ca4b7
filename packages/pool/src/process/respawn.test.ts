import { once } from 'node:events';
import { onTestFinished, expect, test } from 'vitest';
import { openFleet } from './open-fleet.fixture.ts';
import { valueOf } from '../open-pool.fixture.ts';

const databaseUrl = new URL('./failing-on-demand.fixture.ts', import.meta.url).href;

test('a process that cannot be started is tried again, later each time, and jobs run when it can', async () => {
  const submitterFunctions: string[] = [];
  await using opened = await openFleet({ hostModuleUrl: databaseUrl, submitterFunctions });
  onTestFinished(() => void delete process.env['WAYBILL_TEST_DATABASE']);
  process.env['WAYBILL_TEST_DATABASE'] = 'away';
  const { processes } = await opened.pool.stats();
  const first = once(process, 'warning');
  for (const { processId } of processes) process.kill(processId, 'SIGKILL');
  expect(String(await first)).toMatch(/the next try is in 250 ms: .*the database is away/su);
  expect(opened.pool.freeCount).toBe(0);
  expect(opened.pool.lease('acme')).toBeUndefined();
  expect(String(await once(process, 'warning'))).toContain('the next try is in 500 ms');
  process.env['WAYBILL_TEST_DATABASE'] = 'there';
  await opened.hears('process started');
  const calls = 'export default (_, { host }) => host.query()';
  expect(valueOf(await opened.run(opened.lease(), calls))).toBe('a row');
});

test('a pool that is closed while it waits to try again does not try again', async () => {
  await using opened = await openFleet({ hostModuleUrl: databaseUrl, submitterFunctions: [] });
  onTestFinished(() => void delete process.env['WAYBILL_TEST_DATABASE']);
  process.env['WAYBILL_TEST_DATABASE'] = 'away';
  const warned = once(process, 'warning');
  process.kill(opened.lease().processId, 'SIGKILL');
  await warned;
  await opened.pool.close(100);
  expect((await opened.pool.stats()).processes).toEqual([]);
});
