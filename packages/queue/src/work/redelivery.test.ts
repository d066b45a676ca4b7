import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeError } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import { cancelJob } from '../tables/cancel-job.ts';
import { redriveJob } from '../tables/redrive-job.ts';
import { clear, execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';
import { findAbandoned, giveUpSilent } from './executor-row.ts';
import { returnJobs } from './return-jobs.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('attempts that are lost on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  /** What is left when an executor is killed: its row, its jobs, and nobody who looks after them. */
  async function leaveBehind(
    tenant: string,
    jobId: string,
    { name, seenMsAgo }: { readonly name: string; readonly seenMsAgo: number },
  ): Promise<void> {
    await office().database.transaction(async (transaction) => {
      const slots = { default: 100, of: new Map() };
      const { jobIds } = await office().engine.lease(transaction, 1, slots);
      expect(jobIds).toEqual([jobId]);
      await transaction.query(
        `WITH gone AS (
          INSERT INTO waybill.executor (id, name, slots, seen_at)
          VALUES (gen_random_uuid(), $2, 1, now() - $3::float8 * interval '1 ms') RETURNING id)
        UPDATE waybill.job SET state = 'running', attempt_count = attempt_count + 1, executor = (SELECT id FROM gone)
        WHERE id = $1`,
        [jobId, name, seenMsAgo],
      );
    });
    expect(await jobOf(office(), tenant, jobId)).toMatchObject({ state: 'running' });
  }

  test('what an executor held is run at once when it starts again under its name', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    await leaveBehind(tenant, job.id, { name: 'killed', seenMsAgo: 0 });
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { name: 'killed' });
    const { attempt, end } = await runner.next();
    expect(attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    end.resolve(fine);
    await reached(office(), job.id);
    const history = await historyOf(office(), job.id);
    expect(history.map((entry) => entry.kind)).toEqual([
      'queued',
      'returned',
      'started',
      'settled',
    ]);
    expect(history[1]?.facts).toEqual({ attempt: 1, reason: 'lost' });
  });

  test('what an executor of the same name holds that lives stays with it, and it is told', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { name: 'twice', answerMs: 2_000 });
    const { job } = await office().submit({ tenant, source });
    const { end } = await runner.next();
    await using _second = await execute(office(), runner.run, { name: 'twice', answerMs: 2_000 });
    expect(String(office().errors)).toContain('name twice is running already');
    end.resolve(fine);
    await reached(office(), job.id);
    const kept = await jobOf(office(), tenant, job.id);
    expect(kept).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });

  test('what an executor held that is silent for too long is run by another one', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    await leaveBehind(tenant, job.id, { name: 'silent', seenMsAgo: 60_000 });
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { name: 'another' });
    const { attempt, end } = await runner.next();
    expect(attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    end.resolve(fine);
    await reached(office(), job.id);
  });

  test('what an executor holds that gives signs of life stays with it', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { name: 'alive' });
    const { job } = await office().submit({ tenant, source });
    const { end } = await runner.next();
    await giveUpSilent(office().database, 15_000);
    expect(await findAbandoned(office().database)).toEqual([]);
    await using _other = await execute(office(), runner.run, { name: 'other' });
    end.resolve(fine);
    await reached(office(), job.id);
    expect(runner.held).toHaveLength(1);
  });

  test('an executor that was given up keeps nothing of what it ends with, and goes on with new jobs', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    const { job } = await office().submit({ tenant, source });
    await using executor = await execute(office(), runner.run, { name: 'paused', heartbeatMs: 50 });
    const first = await runner.next();
    // As another executor does that heard nothing of this one.
    await returnJobs(office(), [first.attempt], 'lost');
    const second = await runner.next();
    expect(second.attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    first.end.resolve({ ok: true, value: 'stale' });
    await until(() => first.attempt.signal.aborted);
    expect(first.attempt.signal.reason).toMatchObject({ code: 'ERR_WAYBILL_LEASE_LOST' });
    second.end.resolve({ ok: true, value: 'valid' });
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'succeeded',
      attemptCount: 2,
      outcome: { value: 'valid' },
    });
    const history = await historyOf(office(), job.id);
    expect(history.filter((entry) => entry.kind === 'settled')).toHaveLength(1);
    await until(() => executor.stats().lostCount === 1);
  });

  test('a lease whose answer never came is found by the next heartbeat', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { name: 'deaf', heartbeatMs: 20 });
    const [row] = await office().database.query<{ readonly id: string }>(
      'SELECT id FROM waybill.executor WHERE name = $1',
      ['deaf'],
    );
    const { job } = await office().submit({ tenant, source, startAfterMs: Date.now() + 3_600_000 });
    await office().database.query(
      "UPDATE waybill.job SET state = 'running', attempt_count = 1, executor = $2::uuid WHERE id = $1",
      [job.id, row?.id],
    );
    await office().database.query("UPDATE pgboss.job SET state = 'active' WHERE id = $1", [job.id]);
    const { attempt, end } = await runner.next();
    expect(attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    end.resolve(fine);
    await reached(office(), job.id);
  });

  /** Has the database refuse rows of a table, until it is disposed. */
  async function refuse(table: 'job' | 'history', rows: string): Promise<AsyncDisposable> {
    await office().database.script(`
      CREATE FUNCTION waybill.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused in a test'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON waybill.${table} FOR EACH ROW WHEN (${rows})
        EXECUTE FUNCTION waybill.refuse()`);
    return {
      async [Symbol.asyncDispose]() {
        await office().database.script('DROP FUNCTION waybill.refuse CASCADE');
      },
    };
  }

  test('an end that the database refuses harms no other, and the attempt is run again', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _refusal = await refuse('job', "NEW.outcome LIKE '%bad%'");
    await using _ = await execute(office(), runner.run, { heartbeatMs: 20 });
    await Promise.all([office().submit({ tenant, source }), office().submit({ tenant, source })]);
    const [good, bad] = [await runner.next(), await runner.next()];
    bad.end.resolve({ ok: true, value: 'bad' });
    good.end.resolve(fine);
    await reached(office(), good.attempt.jobId);
    const again = await runner.next();
    expect(again.attempt).toMatchObject({ jobId: bad.attempt.jobId, attempt: 2 });
    again.end.resolve(fine);
    await reached(office(), again.attempt.jobId);
    expect(String(office().errors[0])).toContain('refused in a test');
  });

  test('notes that the database refuses are left out, and counted', async () => {
    const runner = makeRunner();
    await using _refusal = await refuse('history', "NEW.facts LIKE '%bad%'");
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant: freshTenant(), source });
    const { attempt, end } = await runner.next();
    await reached(office(), job.id, 'started');
    attempt.note('log', { seq: 0, level: 'info', text: 'bad' });
    end.resolve(fine);
    await reached(office(), job.id);
    const history = await historyOf(office(), job.id);
    expect(history.map((entry) => entry.kind)).toEqual(['queued', 'started', 'omitted', 'settled']);
    expect(history[2]?.facts).toEqual({ attempt: 1, count: 1 });
  });

  test('a job that takes down what runs it again and again ends, and its dead letter function hears of it', async () => {
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'on-failure', source });
    const { job } = await office().submit({ tenant, source, deadLetter: 'on-failure' });
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await leaveBehind(tenant, job.id, { name: 'poisoned', seenMsAgo: 60_000 });
      await giveUpSilent(office().database, 15_000);
      await returnJobs(office(), await findAbandoned(office().database), 'lost');
    }
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'failed',
      attemptCount: 6,
      outcome: { ok: false, error: { code: 'ERR_WAYBILL_ATTEMPTS_LOST' } },
    });
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { attempt, end } = await runner.next();
    expect(attempt.spec).toMatchObject({ function: 'on-failure', input: { id: job.id } });
    end.resolve(fine);
    await reached(office(), attempt.jobId);
  });

  test('a lost job whose end was asked for is cancelled and not run again', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    await leaveBehind(tenant, job.id, { name: 'silent', seenMsAgo: 60_000 });
    await cancelJob(office(), { tenant, jobId: job.id, reason: 'not needed' });
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'cancelled' });
    expect(runner.held).toEqual([]);
  });

  test('an attempt of a job that was put in the queue again cannot be settled by one before', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source });
    const first = await runner.next();
    first.end.resolve({ ok: false, error: makeError('ERR_WAYBILL_GUEST_THREW', 'in a test') });
    await reached(office(), job.id);
    await redriveJob(office(), tenant, job.id);
    const second = await runner.next();
    expect(second.attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    expect(await returnJobs(office(), [{ jobId: job.id, attempt: 1 }], 'lost')).toBe(0);
    second.end.resolve(fine);
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('executors of several processes', () => {
  const office = useOffice('postgres');
  afterEach(() => clear(office()));

  test('a job whose process is killed is run again at once by the next one of its name', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    const file = fileURLToPath(new URL('./executor-process.fixture.ts', import.meta.url));
    const child = spawn(process.execPath, [file, office().url ?? '', 'in-a-process'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [started] = await once(child.stdout, 'data');
    expect(String(started)).toContain(job.id);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'running' });
    const runner = makeRunner();
    const beganMs = performance.now();
    await using _ = await execute(office(), runner.run, { name: 'in-a-process' });
    const { attempt, end } = await runner.next();
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    end.resolve(fine);
    await reached(office(), job.id);
  });
});
