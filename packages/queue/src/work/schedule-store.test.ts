import { ContextVariable } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import { listJobs } from '../read/list-jobs.ts';
import { clear, execute, fine, makeRunner, reached } from './executor.fixture.ts';
import { createScheduleStore } from './schedule-store.ts';
import { ScheduleTicker } from './schedule-ticker.ts';

const source = 'export default () => 1';
const everyMinute = '* * * * *';
const region = new ContextVariable<string>({ name: 'schedule.region', carry: { to: ['queue'] } });

describe.each(databaseKinds)('schedules on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  async function makeDue(tenant: string, agoMs: number): Promise<void> {
    await office().database.query(
      `UPDATE waybill.schedule SET next_at = date_trunc('minute', now()) - $2::float8 * interval '1 ms' WHERE tenant = $1`,
      [tenant, agoMs],
    );
  }

  async function tick(): Promise<void> {
    const ticker = new ScheduleTicker(office(), 3_600_000);
    await ticker.tick();
    await ticker.stop();
  }

  test('a schedule is kept, replaced, listed and removed', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    const job = { source, input: new Map([[1, 2n]]), priority: 3 };
    const put = await store.put({ tenant, name: 'nightly', cron: '30 2 * * *', job });
    expect(put.isNew).toBe(true);
    expect(put.schedule).toMatchObject({ tenant, name: 'nightly', timezone: 'UTC', job });
    expect(put.schedule.nextAtMs).toHaveLength(5);
    expect(put.schedule.nextAtMs[0]).toBeGreaterThan(Date.now());
    expect(await store.find(tenant, 'nightly')).toEqual(put.schedule);
    expect(await store.find(freshTenant(), 'nightly')).toBeUndefined();
    const paused = await store.put({ ...put.schedule, isPaused: true });
    expect(paused).toMatchObject({ isNew: false, schedule: { isPaused: true, nextAtMs: [] } });
    expect(paused.schedule.createdAtMs).toBe(put.schedule.createdAtMs);
    await store.put({ tenant, name: 'hourly', cron: '0 * * * *', job: { source } });
    const first = await store.list(tenant, { limit: 1 });
    expect(first.items.map(({ name }) => name)).toEqual(['hourly']);
    const hourly = await store.find(tenant, 'hourly');
    expect(first.items[0]?.nextAtMs).toEqual(hourly?.nextAtMs.slice(0, 1));
    const second = await store.list(tenant, { limit: 1, cursor: first.next ?? '' });
    expect(second.items.map(({ name }) => name)).toEqual(['nightly']);
    expect(second.next).toBeUndefined();
    expect(await store.remove(tenant, 'nightly')).toBe(true);
    expect(await store.remove(tenant, 'nightly')).toBe(false);
  });

  test.each([
    ['name', { name: 'no spaces' }],
    ['cron', { cron: '* * * *' }],
    ['cron', { cron: 7 as unknown as string }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['isPaused', { isPaused: 'no' as unknown as boolean }],
    ['job', { job: undefined as unknown as object }],
    ['job.tenant', { job: { source, tenant: 'other' } }],
    ['job.idempotencyKey', { job: { source, idempotencyKey: 'mine' } }],
    ['source', { job: {} }],
    ['priority', { job: { source, priority: 1_000 } }],
  ])('a schedule whose %s is wrong is refused: %j', async (field, wrong) => {
    const tenant = freshTenant();
    const spec = { tenant, name: 'wrong', cron: everyMinute, job: { source }, ...wrong };
    const putting = createScheduleStore(office()).put(spec);
    await expect(putting).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_JOB' });
    await expect(putting).rejects.toThrow(field === 'timezone' ? 'Mars/Olympus' : field);
  });

  test('a due schedule submits its job once, in the root context, however many look at once', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    await store.put({ tenant, name: 'often', cron: everyMinute, job: { source, input: 'go' } });
    await makeDue(tenant, 0);
    await region.run('north', () => Promise.all([tick(), tick(), tick()]));
    await tick();
    const { items } = await listJobs(office().database, { tenant });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ schedule: 'often', state: 'queued' });
    expect(items[0]).not.toHaveProperty('idempotencyKey');
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { attempt, end } = await runner.next();
    expect(attempt.spec.input).toBe('go');
    expect(attempt.context.run(() => region.get())).toBeUndefined();
    end.resolve(fine);
    await reached(office(), attempt.jobId);
  });

  test('schedules that are due take turns by tenant, so that one with many keeps nobody waiting', async () => {
    const [many, few] = [freshTenant(), freshTenant()];
    const store = createScheduleStore(office());
    for (const tenant of [many, few]) {
      await store.put({ tenant, name: 'first', cron: everyMinute, job: { source } });
    }
    await office().database.query(
      `INSERT INTO waybill.schedule (tenant, name, cron, timezone, is_paused, job, next_at)
       SELECT tenant, 'more' || number, cron, timezone, false, job, next_at FROM waybill.schedule, generate_series(1, 120) AS number
       WHERE tenant = $1`,
      [many],
    );
    await makeDue(many, 60_000);
    await makeDue(few, 0);
    await tick();
    const counts = [many, few].map(async (tenant) => {
      const { items } = await listJobs(office().database, { tenant });
      return items.length;
    });
    expect(await Promise.all(counts)).toEqual([10, 1]);
  });

  test('moments that were missed are submitted once, and the next one is ahead', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    await store.put({ tenant, name: 'missed', cron: everyMinute, job: { source } });
    await makeDue(tenant, 3 * 3_600_000);
    await store.put({ tenant, name: 'missed', cron: everyMinute, job: { source, priority: 1 } });
    await tick();
    await tick();
    expect((await listJobs(office().database, { tenant })).items).toHaveLength(1);
    const schedule = await store.find(tenant, 'missed');
    expect(schedule?.nextAtMs[0]).toBeGreaterThan(Date.now());
  });

  test('a paused schedule submits nothing, and goes on with its next moment', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    const spec = { tenant, name: 'paused', cron: everyMinute, job: { source } };
    await store.put(spec);
    await makeDue(tenant, 60_000);
    await store.put({ ...spec, isPaused: true });
    await tick();
    const { schedule } = await store.put(spec);
    expect(schedule.nextAtMs[0]).toBeGreaterThan(Date.now());
    expect((await listJobs(office().database, { tenant })).items).toEqual([]);
  });

  test('a schedule whose function was removed goes on and tells of it', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    await office().functions.put({ tenant, name: 'gone', source });
    await store.put({ tenant, name: 'orphan', cron: everyMinute, job: { function: 'gone' } });
    await office().functions.remove(tenant, 'gone');
    await makeDue(tenant, 0);
    await tick();
    const told = makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', '').code;
    expect(office().errors.splice(0)).toMatchObject([{ code: told }]);
    const schedule = await store.find(tenant, 'orphan');
    expect(schedule?.nextAtMs[0]).toBeGreaterThan(Date.now());
  });

  test('an executor submits what is due', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    await store.put({ tenant, name: 'by-executor', cron: everyMinute, job: { source } });
    await makeDue(tenant, 0);
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { attempt, end } = await runner.next();
    expect(attempt.tenant).toBe(tenant);
    end.resolve(fine);
    await reached(office(), attempt.jobId);
  });

  test('a schedule that cannot be read stops alone, is told of once and is shown', async () => {
    const [bad, good] = [freshTenant(), freshTenant()];
    const store = createScheduleStore(office());
    for (const tenant of [bad, good]) {
      await store.put({ tenant, name: 'often', cron: everyMinute, job: { source } });
    }
    await office().database.query(
      "UPDATE waybill.schedule SET cron = 'no cron' WHERE tenant = $1",
      [bad],
    );
    await makeDue(bad, 60_000);
    await makeDue(good, 0);
    expect((await store.find(bad, 'often'))?.nextAtMs).toEqual([]);
    await tick();
    expect((await listJobs(office().database, { tenant: good })).items).toHaveLength(1);
    await tick();
    expect(office().errors).toHaveLength(1);
    expect(String(office().errors[0])).toContain('no cron');
    expect((await store.list(bad)).items).toMatchObject([{ name: 'often', nextAtMs: [] }]);
  });

  test('moments of a tenant whose queue is full are skipped, which is told once', async () => {
    const tenant = freshTenant();
    const full = { ...office(), settings: { ...office().settings, maxQueuedPerTenant: 1 } };
    await createScheduleStore(full).put({
      tenant,
      name: 'often',
      cron: everyMinute,
      job: { source },
    });
    await office().submit({ tenant, source });
    const ticker = new ScheduleTicker(full, 3_600_000);
    for (const agoMs of [60_000, 0]) {
      await makeDue(tenant, agoMs);
      await ticker.tick();
    }
    await ticker.stop();
    expect((await listJobs(office().database, { tenant })).items).toHaveLength(1);
    expect(office().errors).toMatchObject([{ code: 'ERR_WAYBILL_TENANT_QUEUE_FULL' }]);
  });

  test('a tenant has 1,000 schedules and no more, and may change each of them', async () => {
    const tenant = freshTenant();
    const store = createScheduleStore(office());
    await store.put({ tenant, name: 'first', cron: everyMinute, job: { source } });
    await office().database.query(
      `INSERT INTO waybill.schedule (tenant, name, cron, timezone, is_paused, job)
      SELECT tenant, 'copy-' || n, cron, timezone, true, job FROM waybill.schedule, generate_series(1, 999) n WHERE tenant = $1`,
      [tenant],
    );
    const one = { tenant, cron: '0 * * * *', job: { source } };
    expect((await store.put({ ...one, name: 'first' })).isNew).toBe(false);
    await expect(store.put({ ...one, name: 'another' })).rejects.toMatchObject({
      code: 'ERR_WAYBILL_INVALID_JOB',
    });
  });
});
