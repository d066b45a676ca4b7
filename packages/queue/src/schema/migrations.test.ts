import { ContextVariable } from '@waybill/context';
import { type DurableJobState, durableJobStates } from '@waybill/protocol';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NewJob } from '../accept/new-job.ts';
import { prepareJob } from '../accept/prepare-job.ts';
import { makeContextSeal } from '../accept/seal.ts';
import { createSignals } from '../database/create-signals.ts';
import { databaseKinds, testDatabases } from '../database/database.fixture.ts';
import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { createEngine } from '../engine/pg-boss-engine.ts';
import { openQueue } from '../open-queue.ts';
import { createFunctionStore } from '../tables/function-store.ts';
import { packOutcome } from '../tables/stored-outcome.ts';
import { queueMigrations } from './migrations.ts';

const user = new ContextVariable<string>({ name: 'test.user', carry: { to: ['queue'] } });

const key = 'a key that is long enough for the tests';

const onError = (error: unknown): never => {
  throw error;
};

const insertOfFirst = `
INSERT INTO waybill.job (id, tenant, state, priority, spec, input, context, keep_seconds, history_count, attempt_count, executor,
  settled_at, forget_at, outcome, error_code)
VALUES ($1, 'acme', $2::text, 0, $3, $4, $5, 3600, 1, $6, $7,
  CASE WHEN $8::text IS NOT NULL THEN now() END, CASE WHEN $8::text IS NOT NULL THEN now() + interval '1 hour' END, $8, $9)`;

const noteOfFirst = `
INSERT INTO waybill.history (job_id, seq, at, kind, facts) VALUES ($1, 1, now(), 'queued', '{"startAfterMs":0}')`;

type Ending = readonly [outcome: string | null, code: string | null];

const failed: Ending = [
  '{"ok":false,"error":{"code":"ERR_WAYBILL_GUEST_FAILED","message":"no"}}',
  'ERR_WAYBILL_GUEST_FAILED',
];

/** What the first version wrote of a job in this state. */
const endingOfFirst: Readonly<Record<DurableJobState, Ending>> = {
  queued: [null, null],
  running: [null, null],
  succeeded: [packOutcome({ ok: true, value: 'done' }).text, null],
  failed,
  cancelled: failed,
};

/** Makes the tables as the first version of the queue did, and gives what writes jobs as it did. */
async function openFirst(
  database: Database,
): Promise<(state: DurableJobState, input: string) => Promise<string>> {
  await migrate(database, 'queue', queueMigrations.slice(0, 1));
  const settings = {
    tenantSlots: { default: 8, of: new Map<string, number>() },
    maxQueuedPerTenant: 100,
    maxJobBytes: undefined,
  };
  const seal = makeContextSeal([key]);
  return async (state, input) => {
    await using signals = await createSignals(database, { onError });
    await using engine = await createEngine(database, { onError });
    using functions = createFunctionStore({ database, signals, settings, now: Date.now });
    const source = 'export default (input) => input';
    const job: NewJob = await prepareJob(
      { settings, seal, functions },
      { tenant: 'acme', source, input },
    );
    const isRunning = state === 'running';
    const values = [job.id, state, job.spec, job.input, job.context, isRunning ? 1 : 0];
    const ending = endingOfFirst[state];
    await database.transaction(async (transaction) => {
      const executor = isRunning ? randomUUID() : null;
      await transaction.query(insertOfFirst, [...values, executor, ...ending]);
      await transaction.query(noteOfFirst, [job.id]);
      if (ending[0] !== null) return;
      const { id, tenant, priority } = job;
      await engine.insert(transaction, [{ id, tenant, priority, startAfterMs: 0 }]);
      if (isRunning) await engine.lease(transaction, 1, settings.tenantSlots);
    });
    return job.id;
  };
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('jobs that the first version stored are listed, run and told as it left them', async () => {
    await using databases = await testDatabases(kind);
    const database = await databases.open();
    const add = await openFirst(database);
    const running = await user.run('ada', () => add('running', 'began'));
    const queued = await user.run('bob', () => add('queued', 'waits'));
    const failedId = await add('failed', 'ended');
    const cancelled = await add('cancelled', 'ended');
    const succeeded = await add('succeeded', 'ended');

    await using queue = await openQueue({ database, contextKeys: [key], onError });
    const idsOf = async (...states: DurableJobState[]): Promise<string[]> =>
      (await queue.list({ tenant: 'acme', states })).items.map(({ id }) => id);
    const idOf = { running, queued, failed: failedId, cancelled, succeeded };
    for (const state of durableJobStates) expect(await idsOf(state)).toEqual([idOf[state]]);
    expect(await idsOf(...durableJobStates)).toEqual(Object.values(idOf).toSorted().toReversed());
    const ended = { ok: true, value: 'done' };
    expect(await queue.find('acme', succeeded)).toMatchObject({ outcome: ended });

    await queue.execute({
      slots: 4,
      name: 'newer',
      run: async ({ spec, context }) => ({
        ok: true,
        value: [spec.input, context.run(() => user.get())],
      }),
    });
    const ends = [
      [queued, 'waits', 'bob', 1],
      [running, 'began', 'ada', 2],
    ] as const;
    for (const [id, input, name, attemptCount] of ends) {
      await queue.untilSettled('acme', id);
      const outcome = { ok: true, value: [input, name] };
      expect(await queue.find('acme', id)).toMatchObject({
        state: 'succeeded',
        attemptCount,
        outcome,
      });
    }
    await queue.redrive('acme', failedId);
    await queue.untilSettled('acme', failedId);
    const outcome = { ok: true, value: ['ended', undefined] };
    expect(await queue.find('acme', failedId)).toMatchObject({ state: 'succeeded', outcome });
  });
});
