import { randomUUID } from 'node:crypto';
import type { DurableJob, DurableJobFilter } from '@waybill/protocol';
import { describe, expect, test } from 'vitest';
import {
  databaseKinds,
  freshTenant,
  settle,
  startReady,
  useOffice,
} from '../queue-office.fixture.ts';
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

  test('a page ends early where its outcomes are very large, and the next goes on there', async () => {
    const tenant = freshTenant();
    const jobs = [await submit(tenant), await submit(tenant), await submit(tenant)];
    await startReady(office());
    const value = 'x'.repeat(6 * 2 ** 20);
    for (const { id } of jobs) await settle(office(), id, { ok: true, value });
    const first = await listJobs(office().database, { tenant });
    expect(first.items.map(({ id }) => id)).toEqual([jobs[2]?.id, jobs[1]?.id]);
    const second = await listJobs(office().database, { tenant, cursor: first.next });
    expect(second.items.map(({ id }) => id)).toEqual([jobs[0]?.id]);
    expect(second.next).toBeUndefined();
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
