import { ContextSnapshot, ContextVariable } from '@waybill/context';
import { startTrace, traceContext } from '@waybill/context/w3c';
import { type HistoryEntry, readParcel } from '@waybill/protocol';
import { describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, makeOffice, useOffice } from '../queue-office.fixture.ts';
import { parcelFromText } from '../tables/parcel-text.ts';
import { specFromText } from '../tables/stored-spec.ts';
import type { NewJob } from './new-job.ts';
import { prepareJob } from './prepare-job.ts';
import { makeQueuedGauge } from './queued-gauge.ts';
import { writeBatch } from './write-batch.ts';

const source = 'export default () => 1';
const carried = new ContextVariable<string>({ name: 'test.carried', carry: { to: ['queue'] } });
const kept = new ContextVariable<string>({ name: 'test.kept', carry: { to: ['worker'] } });

interface Row {
  readonly spec: string;
  readonly input: string;
  readonly context: string;
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const rowOf = async (id: string): Promise<Row> => {
    const select = 'SELECT spec, input, context FROM waybill.job_body WHERE job_id = $1';
    const [row] = await office().database.query<Row>(select, [id]);
    if (row === undefined) throw new Error(`expected a row of job ${id}`);
    return row;
  };

  const historyOf = (id: string): Promise<readonly Pick<HistoryEntry, 'kind'>[]> =>
    office().database.query('SELECT kind, seq FROM waybill.history WHERE job_id = $1', [id]);

  const countOf = async (tenant: string): Promise<number> => {
    const rows = await office().database.query('SELECT FROM waybill.job WHERE tenant = $1', [
      tenant,
    ]);
    return rows.length;
  };

  test('an accepted job is stored with its input, its program and the first entry of its history', async () => {
    const tenant = freshTenant();
    const input = {
      list: [1, new Date(0), undefined],
      bytes: Uint8Array.of(0, 255),
      text: '\0\ud800',
    };
    const { job, isNew } = await office().submit({ tenant, source, input, priority: 7 });
    expect(isNew).toBe(true);
    expect(job).toMatchObject({ tenant, state: 'queued', priority: 7, attemptCount: 0 });
    expect(job.startAfterMs).toBe(job.submittedAtMs);
    const row = await rowOf(job.id);
    expect(readParcel(parcelFromText(row.input))).toEqual(input);
    expect(specFromText(row.spec)).toMatchObject({ job: { source }, retry: { limit: 3 } });
    expect(await historyOf(job.id)).toEqual([{ kind: 'queued', seq: 1 }]);
  });

  test('only variables that may cross to the queue are stored, sealed for the job', async () => {
    const tenant = freshTenant();
    const trace = startTrace();
    const { job } = await carried.run('a', () =>
      kept.run('b', () => traceContext.run(trace, () => office().submit({ tenant, source }))),
    );
    expect(job.submittedTrace).toContain(trace.traceId);
    const { context, spec, input } = await rowOf(job.id);
    const work = { spec, input, functionName: undefined, functionVersion: undefined };
    const owner = { jobId: job.id, tenant, work };
    const restored = ContextSnapshot.fromWire(office().seal.open(context, owner), 'queue');
    expect(restored.run(() => [carried.get(), kept.get()])).toEqual(['a', undefined]);
  });

  test('a job with a moment waits for it, one with a past moment does not', async () => {
    const tenant = freshTenant();
    const startAfterMs = Date.now() + 60_000;
    const later = await office().submit({ tenant, source, startAfterMs });
    const past = await office().submit({ tenant, source, startAfterMs: 1 });
    expect(later.job.startAfterMs).toBe(startAfterMs);
    expect(past.job.startAfterMs).toBe(past.job.submittedAtMs);
  });

  test('the same key with the same job gives the first job, in whatever order the keys of the input stand', async () => {
    const tenant = freshTenant();
    const idempotencyKey = 'order/1';
    const first = await office().submit({ tenant, source, idempotencyKey, input: { a: 1, b: 2 } });
    const second = await office().submit({ tenant, source, idempotencyKey, input: { b: 2, a: 1 } });
    expect(second).toEqual({ job: first.job, isNew: false });
    expect(await countOf(tenant)).toBe(1);
    const other = await office().submit({ tenant: freshTenant(), source, idempotencyKey });
    expect(other.isNew).toBe(true);
  });

  test('the same key with another job is refused with ERR_WAYBILL_IDEMPOTENCY_CONFLICT', async () => {
    const tenant = freshTenant();
    const idempotencyKey = 'order/1';
    const { job } = await office().submit({ tenant, source, idempotencyKey, input: 1 });
    const details = { jobId: job.id };
    const refused = { code: 'ERR_WAYBILL_IDEMPOTENCY_CONFLICT', details };
    const submitted = office().submit({ tenant, source, idempotencyKey, input: 2 });
    await expect(submitted).rejects.toMatchObject(refused);
  });

  test('one key that comes many times at once, here and in another process, makes one job', async () => {
    const tenant = freshTenant();
    await using other = await makeOffice(office());
    const submitted = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => {
        const input = index % 4 === 0 ? 'other' : 'same';
        const spec = { tenant, source, idempotencyKey: 'one', input };
        return (index % 2 === 0 ? office() : other).submit(spec);
      }),
    );
    const given = submitted.filter((end) => end.status === 'fulfilled').map(({ value }) => value);
    expect(given.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(given.map(({ job }) => job.id)).size).toBe(1);
    const refused = submitted.filter((end) => end.status === 'rejected');
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: 'ERR_WAYBILL_IDEMPOTENCY_CONFLICT' });
    }
    expect([10, 30]).toContain(refused.length);
    expect(await countOf(tenant)).toBe(1);
  });

  test('a row that the database refuses fails alone, and its neighbours are accepted', async () => {
    const tenant = freshTenant();
    const prepared = await Promise.all(
      Array.from({ length: 9 }, () => prepareJob(office(), { tenant, source })),
    );
    const jobs: NewJob[] = prepared.map((job, index) =>
      index === 4 ? { ...job, keepSeconds: 2 ** 40 } : job,
    );
    const gauge = makeQueuedGauge(office().database, { maxCount: 100, now: Date.now });
    const answers = await writeBatch({ ...office(), gauge }, jobs);
    expect(answers.map((answer) => answer instanceof Error)).toEqual(jobs.map((_, at) => at === 4));
    expect(await countOf(tenant)).toBe(8);
    expect(gauge.queuedCount(tenant)).toBe(8);
  });

  test('a tenant that has as many waiting jobs as it may is refused, others are not', async () => {
    const tenant = freshTenant();
    await using small = await makeOffice(office(), { maxQueuedPerTenant: 3 });
    const spec = { tenant, source };
    const first = await small.submit({ ...spec, idempotencyKey: 'first' });
    await Promise.all([small.submit(spec), small.submit(spec)]);
    const details = { tenant, queuedCount: 3, maxQueued: 3 };
    const refused = { code: 'ERR_WAYBILL_TENANT_QUEUE_FULL', details };
    await expect(small.submit(spec)).rejects.toMatchObject(refused);
    await expect(small.submit({ ...spec, idempotencyKey: 'new' })).rejects.toMatchObject(refused);
    const again = await small.submit({ ...spec, idempotencyKey: 'first' });
    expect(again).toEqual({ ...first, isNew: false });
    expect(await small.submit({ ...spec, tenant: freshTenant() })).toMatchObject({ isNew: true });
  });

  test('a job of a function is stored with the version that was the last when it came', async () => {
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'greet', source });
    const first = await office().submit({ tenant, function: 'greet' });
    await office().functions.put({ tenant, name: 'greet', source: 'export default () => 2' });
    const second = await office().submit({ tenant, function: 'greet' });
    const asked = await office().submit({ tenant, function: 'greet', version: 1 });
    expect([first, second, asked].map(({ job }) => job.version)).toEqual([1, 2, 1]);
  });

  test('a function, a version or a dead letter function that is not there is refused', async () => {
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'greet', source });
    const specs = [
      { tenant, function: 'none' },
      { tenant, function: 'greet', version: 2 },
      { tenant, function: 'greet', deadLetter: 'none' },
      { tenant: freshTenant(), function: 'greet' },
    ];
    const code = 'ERR_WAYBILL_FUNCTION_NOT_FOUND';
    for (const spec of specs) await expect(office().submit(spec)).rejects.toMatchObject({ code });
  });

  test('an input that is too large or cannot cross is refused', async () => {
    const tenant = freshTenant();
    await using small = await makeOffice(office(), { maxJobBytes: 100 });
    const long = small.submit({ tenant, source, input: 'x'.repeat(101) });
    await expect(long).rejects.toMatchObject({ code: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE' });
    const odd = small.submit({ tenant, source, input: () => 1 });
    await expect(odd).rejects.toMatchObject({ code: 'ERR_WAYBILL_NOT_CARRIABLE' });
  });
});
