import { type PostgresServer, startPostgres, until } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { openPostgres } from '../database/open-postgres.ts';
import { type TestOffice, freshTenant, makeOffice } from '../queue-office.fixture.ts';
import { execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';
import { createScheduleStore } from './schedule-store.ts';

const source = 'export default () => 1';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 30_000);
afterAll(() => server[Symbol.asyncDispose]());

/** Opens the database and an office on it, as one process does. */
async function openProcess(
  url: string,
  stack: AsyncDisposableStack,
  tenantSlots = { default: 100, of: new Map<string, number>() },
): Promise<TestOffice> {
  const database: Database = stack.use(await openPostgres({ url }));
  return stack.use(await makeOffice({ database, url }, { tenantSlots }));
}

test('two executors together never pass the slots of a tenant, and use them all', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const tenant = freshTenant();
  const tenantSlots = { default: 3, of: new Map([[tenant, 4]]) };
  const offices = [
    await openProcess(url, stack, tenantSlots),
    await openProcess(url, stack, tenantSlots),
  ] as const;
  const runner = makeRunner();
  await Promise.all(Array.from({ length: 30 }, () => offices[0].submit({ tenant, source })));
  for (const [index, office] of offices.entries()) {
    // Neither has slots for all that the tenant may run.
    stack.use(await execute(office, runner.run, { name: `executor-${index}`, slots: 3 }));
  }
  const running = await Promise.all([1, 2, 3, 4].map(() => runner.next()));
  for (let endedCount = 1; endedCount <= 26; endedCount += 1) {
    expect(runner.held, 'four run, no more').toHaveLength(endedCount + 3);
    running.shift()?.end.resolve(fine);
    running.push(await runner.next());
  }
  for (const { end } of running) end.resolve(fine);
}, 30_000);

test('a job that one process submits is begun by another within a moment', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const submitter = await openProcess(url, stack);
  const worker = await openProcess(url, stack);
  const runner = makeRunner();
  // It never looks by itself.
  stack.use(await execute(worker, runner.run, { pollMs: 60_000 }));
  const { job } = await submitter.submit({ tenant: freshTenant(), source });
  const { end } = await runner.next();
  end.resolve(fine);
  await reached(submitter, job.id);
});

test('a schedule that is due is submitted once by two executors', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const offices = [await openProcess(url, stack), await openProcess(url, stack)] as const;
  const tenant = freshTenant();
  const job = { source };
  await createScheduleStore(offices[0]).put({ tenant, name: 'often', cron: '* * * * *', job });
  await offices[0].database.query("UPDATE waybill.schedule SET next_at = now() - interval '1 s'");
  let doneCount = 0;
  const run = async (): Promise<typeof fine> => {
    doneCount += 1;
    return fine;
  };
  const executors = await Promise.all(
    offices.map((office, index) =>
      execute(office, run, { name: `executor-${index}`, scheduleMs: 5, pollMs: 5 }),
    ),
  );
  for (const executor of executors) stack.use(executor);
  await until(() => doneCount > 0);
  await Promise.all(executors.map((executor) => executor.close({ graceMs: 5_000 })));
  // The next moment may come while the test runs, but not the same one twice.
  const rows = await offices[0].database.query<{ readonly key: string }>(
    'SELECT idempotency_key AS key FROM waybill.job',
  );
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  expect(rows.length).toBeLessThanOrEqual(2);
});

test('an executor outlives its database: what ended meanwhile is settled, and new jobs are taken', async () => {
  await using stack = new AsyncDisposableStack();
  await using own = await startPostgres();
  const office = await openProcess(await own.createDatabase(), stack);
  const tenant = freshTenant();
  const runner = makeRunner();
  const timings = { pollMs: 20, heartbeatMs: 50 };
  const executor = stack.use(await execute(office, runner.run, timings));
  const { job } = await office.submit({ tenant, source });
  const { attempt, end } = await runner.next();
  await own.kill();
  attempt.note('log', { seq: 0, level: 'info', text: 'while it was away' });
  end.resolve({ ok: true, value: 'kept' });
  await until(() => office.errors.length > 0);
  await own.restart();
  await until(() => executor.stats().settledCount === 1, { limitMs: 15_000 });
  expect(await jobOf(office, tenant, job.id)).toMatchObject({
    state: 'succeeded',
    attemptCount: 1,
    outcome: { ok: true, value: 'kept' },
  });
  const kinds = (await historyOf(office, job.id)).map((entry) => entry.kind);
  expect(kinds).toEqual(['queued', 'started', 'log', 'settled']);
  const later = await office.submit({ tenant, source });
  const next = await runner.next();
  expect(next.attempt.jobId).toBe(later.job.id);
  next.end.resolve(fine);
  await until(() => executor.stats().settledCount === 2);
  const codes = office.errors.map((error) => (error as { readonly code?: unknown }).code);
  expect(new Set(codes)).toEqual(new Set(['ERR_WAYBILL_DATABASE_UNAVAILABLE']));
}, 40_000);
