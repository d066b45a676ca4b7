import { randomUUID } from 'node:crypto';
import type { DurableJob } from '@waybill/protocol';
import { makeError } from '@waybill/protocol';
import { describe, expect, test } from 'vitest';
import {
  databaseKinds,
  freshTenant,
  makeOffice,
  settle,
  startReady,
  useOffice,
} from '../queue-office.fixture.ts';
import { findJob } from '../read/find-job.ts';
import { cancelJob } from './cancel-job.ts';
import { redriveJob } from './redrive-job.ts';

const source = 'export default () => 1';
const error = makeError('ERR_WAYBILL_GUEST_THREW', 'test');

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const submit = async (fields: object = {}): Promise<DurableJob> =>
    (await office().submit({ tenant: freshTenant(), source, ...fields })).job;

  const cancel = ({ tenant, id }: DurableJob, reason?: string): Promise<DurableJob> =>
    cancelJob(office(), { tenant, jobId: id, reason });

  const kindsOf = async ({ id }: DurableJob): Promise<readonly string[]> => {
    const select = 'SELECT kind FROM waybill.history WHERE job_id = $1 ORDER BY seq';
    const rows = await office().database.query<{ readonly kind: string }>(select, [id]);
    return rows.map((row) => row.kind);
  };

  const stateOf = async ({ tenant, id }: DurableJob): Promise<string | undefined> =>
    (await findJob(office().database, tenant, id))?.state;

  test('a job that waits is cancelled at once, and is never started', async () => {
    const job = await submit();
    const cancelled = await cancel(job, 'not\0 needed \ud800');
    expect(cancelled).toMatchObject({ state: 'cancelled', attemptCount: 0 });
    const message = `job ${job.id} was cancelled: not needed \ufffd`;
    const outcome = { ok: false, error: { code: 'ERR_WAYBILL_CANCELLED', message } };
    expect(cancelled).toMatchObject({ outcome, isCancelAsked: true });
    expect(cancelled.forgottenAtMs).toBeGreaterThan(Date.now());
    await startReady(office());
    expect(await stateOf(job)).toBe('cancelled');
    expect(await kindsOf(job)).toEqual(['queued', 'settled']);
  });

  test('a job that runs is told once, and goes on until its executor ends it', async () => {
    const job = await submit();
    await startReady(office());
    const told: unknown[] = [];
    const stop = office().signals.on('cancel', (keys) => told.push(keys));
    const [asked, again] = [await cancel(job), await cancel(job)];
    stop();
    for (const seen of [asked, again]) {
      expect(seen).toMatchObject({ state: 'running', isCancelAsked: true });
    }
    expect(told).toEqual([new Set([job.id])]);
    expect(await kindsOf(job)).toEqual(['queued', 'started', 'cancel-asked']);
  });

  test('a job that waits in no line, which no job of ours does, is cancelled all the same', async () => {
    const job = await submit();
    await office().database.transaction((transaction) =>
      office().engine.remove(transaction, [job.id]),
    );
    expect(await cancel(job)).toMatchObject({ state: 'cancelled' });
    expect(await kindsOf(job)).toEqual(['queued', 'settled']);
  });

  test('a job that is settled, or another tenant has, is not cancelled', async () => {
    const job = await submit();
    await startReady(office());
    await settle(office(), job.id);
    const details = { state: 'succeeded', jobId: job.id };
    await expect(cancel(job)).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_STATE', details });
    const notFound = { code: 'ERR_WAYBILL_JOB_NOT_FOUND' };
    for (const wrong of [{ tenant: freshTenant() }, { id: randomUUID() }, { id: 'x' }]) {
      await expect(cancel({ ...job, ...wrong })).rejects.toMatchObject(notFound);
      const redriven = redriveJob(office(), wrong.tenant ?? job.tenant, wrong.id ?? job.id);
      await expect(redriven).rejects.toMatchObject(notFound);
    }
  });

  test('a job that starts while it is cancelled is either cancelled or told, never neither', async () => {
    await using other = await makeOffice(office());
    for (let round = 0; round < 10; round += 1) {
      const job = await submit();
      const [cancelled] = await Promise.all([cancel(job), startReady(other)]);
      const kinds = await kindsOf(job);
      const isAsked = cancelled.state === 'running';
      const expected = isAsked ? ['queued', 'started', 'cancel-asked'] : ['queued', 'settled'];
      expect(kinds).toEqual(expected);
      expect(cancelled.isCancelAsked).toBe(true);
    }
  });

  test('a failed job that is put in the queue again starts with fresh retries and goes on counting attempts', async () => {
    const job = await submit();
    await startReady(office());
    await settle(office(), job.id, { ok: false, error });
    const again = await redriveJob(office(), job.tenant, job.id);
    expect(again).toMatchObject({ state: 'queued', attemptCount: 1, isCancelAsked: false });
    expect(again).not.toHaveProperty('outcome');
    expect(again).not.toHaveProperty('forgottenAtMs');
    await startReady(office());
    const started = await findJob(office().database, job.tenant, job.id);
    expect(started).toMatchObject({ state: 'running', attemptCount: 2 });
    expect(await kindsOf(job)).toEqual(['queued', 'started', 'settled', 'redriven', 'started']);
  });

  test('a cancelled job may be put in the queue again, and only by one of those who want to', async () => {
    const job = await submit();
    await cancel(job);
    const both = [1, 2].map(() => redriveJob(office(), job.tenant, job.id));
    const ends = await Promise.allSettled(both);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = ends.find((end) => end.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'ERR_WAYBILL_JOB_STATE' });
    await startReady(office());
    expect(await stateOf(job)).toBe('running');
  });

  test('a job that succeeded, waits or runs is not put in the queue again', async () => {
    const job = await submit();
    const refused = { code: 'ERR_WAYBILL_JOB_STATE' };
    const redrive = (): Promise<DurableJob> => redriveJob(office(), job.tenant, job.id);
    await expect(redrive()).rejects.toMatchObject(refused);
    await startReady(office());
    await expect(redrive()).rejects.toMatchObject(refused);
    await settle(office(), job.id);
    await expect(redrive()).rejects.toMatchObject(refused);
  });
});
