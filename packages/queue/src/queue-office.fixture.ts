import { randomUUID } from 'node:crypto';
import type { DurableOutcome } from '@waybill/protocol';
import { startPostgres } from '@waybill/testkit';
import { afterAll, beforeAll } from 'vitest';
import { createIntake } from './accept/create-intake.ts';
import { makeContextSeal } from './accept/seal.ts';
import { createSignals } from './database/create-signals.ts';
import { openTestEmbedded } from './database/database.fixture.ts';
import type { Database } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { openPostgres } from './database/open-postgres.ts';
import { createEngine } from './engine/pg-boss-engine.ts';
import type { OfficeSettings, QueueOffice } from './queue-office.ts';
import { queueMigrations } from './schema/migrations.ts';
import { packOutcome } from './tables/stored-outcome.ts';
import { appendHistory } from './tables/write-history.ts';
import { createFunctionStore } from './tables/function-store.ts';

/** Both databases, for `describe.each`. */
export const databaseKinds: readonly Database['kind'][] = ['embedded', 'postgres'];

/** An office on a database of its own, without executors. */
export interface TestOffice extends QueueOffice, AsyncDisposable {
  /** Where another process would open the same database; `undefined` for the embedded one. */
  readonly url: string | undefined;
  /** What was told to `onError`. */
  readonly errors: unknown[];
}

const testKeys = ['a key that is long enough for the tests'] as const;

interface Opened {
  readonly database: Database;
  readonly url: string | undefined;
}

async function openDatabase(kind: Database['kind'], stack: AsyncDisposableStack): Promise<Opened> {
  if (kind === 'embedded') {
    return { database: stack.use(await openTestEmbedded()).database, url: undefined };
  }
  const server = stack.use(await startPostgres());
  const url = await server.createDatabase();
  return { database: stack.use(await openPostgres({ url })), url };
}

/** Makes an office on an open database, as another process would. */
export async function makeOffice(
  { database, url }: Opened,
  changes: Partial<OfficeSettings> = {},
): Promise<TestOffice> {
  await using stack = new AsyncDisposableStack();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  await migrate(database, 'queue', queueMigrations);
  const tenantSlots = { default: 100, of: new Map<string, number>() };
  const settings = { tenantSlots, maxQueuedPerTenant: 1_000, maxJobBytes: undefined, ...changes };
  const signals = stack.use(await createSignals(database, { onError }));
  const engine = stack.use(await createEngine(database, { onError }));
  const seal = makeContextSeal(testKeys);
  const base = { database, signals, engine, settings, seal, now: Date.now, onError };
  const functions = stack.use(createFunctionStore(base));
  const intake = createIntake({ ...base, functions });
  stack.defer(() => intake.close());
  const owned = stack.move();
  return {
    ...base,
    functions,
    url,
    errors,
    submit: (spec, origin) => intake.submit(spec, origin),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Opens one office for all tests of a group: each uses a tenant of its own. */
export function useOffice(kind: Database['kind']): () => TestOffice {
  const stack = new AsyncDisposableStack();
  let office: TestOffice | undefined;
  beforeAll(async () => {
    office = stack.use(await makeOffice(await openDatabase(kind, stack)));
  }, 60_000);
  afterAll(() => stack.disposeAsync());
  return () => {
    if (office === undefined) throw new Error('expected the office to be open');
    return office;
  };
}

/** A tenant that no other test uses. */
export function freshTenant(): string {
  return `tenant-${randomUUID()}`;
}

/** Begins the next attempt of each job that is ready, of any tenant, as an executor does. */
export async function startReady({ database, engine, settings }: QueueOffice): Promise<void> {
  await database.transaction(async (transaction) => {
    const { jobIds } = await engine.lease(transaction, 1_000, settings.tenantSlots);
    const start = `UPDATE waybill.job SET state = 'running', attempt_count = attempt_count + 1, started_at = now()
      WHERE id = ANY($1::uuid[]) RETURNING id, attempt_count AS attempt`;
    type Row = { readonly id: string; readonly attempt: number };
    const rows = await transaction.query<Row>(start, [jobIds]);
    const entries = rows.map(({ id, attempt }) => {
      const facts = { attempt, executor: 'test', trace: '' };
      return { jobId: id, attempt, kind: 'started', facts } as const;
    });
    await appendHistory(transaction, entries);
  });
}

/** Settles a running job, as an executor does. */
export async function settle(
  { database, engine, signals }: QueueOffice,
  jobId: string,
  outcome: DurableOutcome = { ok: true, value: 'done' },
): Promise<void> {
  const state = outcome.ok ? 'succeeded' : 'failed';
  await database.transaction(async (transaction) => {
    await engine.remove(transaction, [jobId]);
    const facts = { attempt: 1, state } as const;
    await appendHistory(transaction, [{ jobId, kind: 'settled', facts }]);
    const end = `UPDATE waybill.job SET state = $2, outcome = $3, error_code = $4, settled_at = now(),
      forget_at = now() + make_interval(secs => keep_seconds) WHERE id = $1`;
    const { text, error } = packOutcome(outcome);
    await transaction.query(end, [jobId, state, text, error?.code]);
  });
  signals.tell('history', jobId);
}
