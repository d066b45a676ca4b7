import { randomUUID } from 'node:crypto';
import { type DurableJob, type DurableJobFilter, makeError } from '@waybill/protocol';
import { describe, expect, test } from 'vitest';
import {
  databaseKinds,
  freshTenant,
  settle,
  startReady,
  useOffice,
} from '../queue-office.fixture.ts';
import type { Queryable } from '../database/database.ts';
import { cancelJob } from '../tables/cancel-job.ts';
import { countJobs } from './count-jobs.ts';
import { findJob } from './find-job.ts';
import { listJobs } from './list-jobs.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const submit = async (tenant: string, fields: object = {}): Promise<DurableJob> =>
    (await office().submit({ tenant, source, ...fields })).job;

  const list = async (filter: DurableJobFilter): Promise<readonly string[]> => {
    const { items } = await listJobs(office().database, filter);
    return items.map(({ id }) => id);
  };

  test('a job is found by its own tenant only', async () => {
    const tenant = freshTenant();
    const job = await submit(tenant);
    expect(await findJob(office().database, tenant, job.id)).toEqual(job);
    expect(await findJob(office().database, freshTenant(), job.id)).toBeUndefined();
    expect(await findJob(office().database, tenant, randomUUID())).toBeUndefined();
    expect(await findJob(office().database, tenant, "'; DROP TABLE x")).toBeUndefined();
  });

  test('pages follow each other from the last job to the first, each job once, whatever comes meanwhile', async () => {
    const tenant = freshTenant();
    const jobs: DurableJob[] = [];
    for (let index = 0; index < 7; index += 1) jobs.push(await submit(tenant));
    await submit(freshTenant());
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listJobs(office().database, { tenant, limit: 3, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      await submit(tenant);
    } while (cursor !== undefined);
    expect(seen).toEqual(jobs.map(({ id }) => id).toReversed());
  });

  test('a cursor of one tenant is refused for another', async () => {
    const tenant = freshTenant();
    await submit(tenant);
    await submit(tenant);
    const { next } = await listJobs(office().database, { tenant, limit: 1 });
    const foreign = listJobs(office().database, { tenant: freshTenant(), cursor: next });
    await expect(foreign).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_REQUEST' });
  });

  test('a list is filtered by state, function, schedule and time', async () => {
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'greet', source });
    const plain = await submit(tenant);
    await startReady(office());
    const ofFunction = (await office().submit({ tenant, function: 'greet' })).job;
    const { job: ofSchedule } = await office().submit({ tenant, source }, { schedule: 'nightly' });
    expect(await list({ tenant, states: ['running'] })).toEqual([plain.id]);
    expect(await list({ tenant, states: ['running', 'queued'] })).toHaveLength(3);
    expect(await list({ tenant, function: 'greet' })).toEqual([ofFunction.id]);
    expect(await list({ tenant, schedule: 'nightly' })).toEqual([ofSchedule.id]);
    expect(await list({ tenant, submittedFromMs: ofSchedule.submittedAtMs + 1_000 })).toEqual([]);
    expect(await list({ tenant, submittedBeforeMs: plain.submittedAtMs - 1_000 })).toEqual([]);
    expect(await list({ tenant, submittedFromMs: plain.submittedAtMs - 1_000 })).toHaveLength(3);
  });

  test('a filter that cannot be is refused', async () => {
    const filters = [
      { limit: 0 },
      { cursor: 'none' },
      { submittedFromMs: Number.NaN },
      { states: ['gone' as 'failed'] },
    ];
    const code = 'ERR_WAYBILL_INVALID_REQUEST';
    for (const filter of filters) await expect(list(filter)).rejects.toMatchObject({ code });
  });

  test('a list has the code of an error and no outcome', async () => {
    const tenant = freshTenant();
    const [good, bad] = [await submit(tenant), await submit(tenant)];
    await startReady(office());
    await settle(office(), good.id);
    const error = makeError('ERR_WAYBILL_GUEST_THREW', 'in a test');
    await settle(office(), bad.id, { ok: false, error });
    const { items } = await listJobs(office().database, { tenant });
    expect(items).toMatchObject([{ errorCode: error.code }, { state: 'succeeded' }]);
    for (const item of items) expect(item).not.toHaveProperty('outcome');
    expect(items[1]).not.toHaveProperty('errorCode');
  });

  test('a page looks at so many jobs only, and the next goes on there, also after one that is empty', async () => {
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'greet', source });
    const { id: oldest } = await submit(tenant, { source: undefined, function: 'greet' });
    for (let index = 0; index < 5; index += 1) await submit(tenant);
    const { id: newest } = await submit(tenant, { source: undefined, function: 'greet' });
    const pages: (readonly string[])[] = [];
    let cursor: string | undefined;
    do {
      const filter = { tenant, function: 'greet', cursor };
      const page = await listJobs(office().database, filter, 3);
      pages.push(page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual([[newest], [], [oldest]]);
  });

  test('jobs of several states stand together in the order of their submission, and in pages', async () => {
    const tenant = freshTenant();
    const jobs = [await submit(tenant), await submit(tenant), await submit(tenant)];
    await startReady(office());
    await settle(office(), jobs[1]?.id ?? '');
    await cancelJob(office(), { tenant, jobId: (await submit(tenant)).id, reason: undefined });
    const filter = { tenant, states: ['running', 'succeeded', 'running'], limit: 2 } as const;
    const first = await listJobs(office().database, filter);
    const second = await listJobs(office().database, { ...filter, cursor: first.next });
    const seen = [...first.items, ...second.items].map(({ id }) => id);
    expect(seen).toEqual(jobs.map(({ id }) => id).toReversed());
    expect(second.next).toBeUndefined();
  });

  test('moments and states are found in an index', async () => {
    const seen: string[] = [];
    const { database } = office();
    const query: Queryable['query'] = async (text, values) => {
      const rows = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      seen.push(...rows.map((row) => row['QUERY PLAN']));
      return [];
    };
    const explained: Queryable = { query, script: (text) => database.script(text) };
    const tenant = freshTenant();
    await listJobs(explained, {
      tenant,
      states: ['failed', 'queued'],
      submittedFromMs: Date.now(),
    });
    const condition = seen.find((line) => line.includes('Cond') && line.includes('id >='));
    expect(condition).toContain('tenant =');
    expect(seen.join()).toContain('job_settled');
    expect(seen.join()).toContain('job_open');
    expect(seen.join()).not.toContain('Seq Scan');
  });

  test('a settled job shows its outcome and when it will be forgotten', async () => {
    const tenant = freshTenant();
    const { id } = await submit(tenant, { keepSeconds: 60 });
    await startReady(office());
    await settle(office(), id, { ok: true, value: new Map([['a', 1]]) });
    const job = await findJob(office().database, tenant, id);
    expect(job).toMatchObject({ state: 'succeeded', attemptCount: 1 });
    expect(job?.outcome).toEqual({ ok: true, value: new Map([['a', 1]]) });
    expect((job?.forgottenAtMs ?? 0) - (job?.settledAtMs ?? 0)).toBe(60_000);
  });

  test('jobs are counted over all tenants, and the oldest that is ready tells how long it waits', async () => {
    const before = await countJobs(office().database);
    const running = await submit(freshTenant());
    await startReady(office());
    const waiting = await submit(freshTenant());
    await submit(freshTenant(), { startAfterMs: Date.now() + 60_000 });
    await office().database.query(
      "UPDATE waybill.job SET start_after = start_after - interval '1 hour' WHERE id = $1",
      [waiting.id],
    );
    const after = await countJobs(office().database);
    expect(after.runningCount).toBeGreaterThan(0);
    expect(after.queuedCount).toBeGreaterThanOrEqual(2);
    expect(after.oldestReadyMs).toBeGreaterThanOrEqual(3_600_000);
    await settle(office(), running.id);
    expect((await countJobs(office().database)).runningCount).toBe(after.runningCount - 1);
    expect(before.oldestReadyMs).toBeGreaterThanOrEqual(0);
  });
});
