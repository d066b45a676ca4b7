import type { FunctionSpec, StoredFunction } from '@waybill/protocol';
import { describe, parseFunctionSpec, refusal } from '@waybill/protocol/parse';
import { baseLimits, tooManyBytes } from '../accept/job-bytes.ts';
import type { Queryable } from '../database/database.ts';
import type { FunctionStore } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { pageLimit, readCursor, toPage, writeCursor } from '../read/cursor.ts';
import { hashJson } from './canonical-json.ts';
import { createFunctionCache } from './function-cache.ts';

const subject = { name: 'function', code: 'ERR_WAYBILL_INVALID_JOB' } as const;

const namePattern = /^[A-Za-z0-9._:-]{1,100}$/;
const maxVersion = 2 ** 31 - 1;
const maxFunctionCount = 1_000;
// With those of removed functions, whose last numbers are kept.
const maxNameCount = 10_000;
const keptVersionCount = 100;

interface SummaryRow {
  readonly tenant: string;
  readonly name: string;
  readonly version: number;
  readonly hash: string;
  readonly deployedAtMs: number;
}

interface Row extends SummaryRow {
  readonly spec: string;
}

// A spec may take MiBs: lists leave it out.
const summaryColumns =
  'tenant, name, version, hash, waybill.epoch_ms(deployed_at) AS "deployedAtMs"';
const columns = `${summaryColumns}, spec`;

const selectLast = `
SELECT ${columns} FROM waybill.function
WHERE tenant = $1 AND name = $2 AND removed_at IS NULL AND ($3::int IS NULL OR version = $3)
ORDER BY version DESC LIMIT 1`;

// All versions of a function are removed together. Their numbers are not given again: jobs and histories name them.
const selectNewest = `
SELECT ${columns}, removed_at IS NOT NULL AS "isRemoved" FROM waybill.function
WHERE tenant = $1 AND name = $2 ORDER BY version DESC LIMIT 1`;

const insertVersion = `
INSERT INTO waybill.function (tenant, name, version, hash, spec) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING ${columns}`;

const selectNames = `
SELECT DISTINCT ON (name) ${summaryColumns} FROM waybill.function
WHERE tenant = $1 AND removed_at IS NULL AND name > $2 ORDER BY name, version DESC LIMIT $3`;

const countNames = `
SELECT count(DISTINCT name)::int AS "nameCount", count(DISTINCT name) FILTER (WHERE removed_at IS NULL)::int AS "functionCount"
FROM waybill.function WHERE tenant = $1`;

const dropOld = `
DELETE FROM waybill.function AS function WHERE tenant = $1 AND name = $2 AND version <= $3::int - ${keptVersionCount}
  AND NOT EXISTS (
    SELECT FROM waybill.job AS job WHERE job.tenant = $1 AND job.settled_at IS NULL
      AND job.function_name = $2 AND job.function_version = function.version)`;

const removeAll = `
UPDATE waybill.function SET removed_at = now() WHERE tenant = $1 AND name = $2 AND removed_at IS NULL RETURNING version`;

type StoreOffice = Pick<QueueOffice, 'database' | 'signals' | 'settings' | 'now'>;

/** Makes the store of deployed functions. What `find` gives may be a second old where another process changed it. */
export function createFunctionStore(office: StoreOffice): FunctionStore & Disposable {
  const { database, signals } = office;
  const cache = createFunctionCache(office);
  return {
    async put(spec) {
      const whole = parseWhole(spec, office.settings.maxJobBytes);
      const put = await putVersion(office, whole);
      if (put.isNew) signals.tell('functions', put.stored.tenant);
      return put;
    },
    async find(tenant, name, version) {
      if (version !== undefined && !(version <= maxVersion)) return undefined;
      return cache.get({ tenant, name, version }, async () => {
        const [row] = await database.query<Row>(selectLast, [tenant, name, version ?? null]);
        return row && fromRow(row);
      });
    },
    async list(tenant, { cursor, limit } = {}) {
      const of = { list: 'functions', tenant } as const;
      const count = pageLimit(limit);
      const after =
        cursor === undefined ? '' : readCursor(of, cursor, (key) => namePattern.test(key));
      const rows = await database.query<SummaryRow>(selectNames, [tenant, after, count + 1]);
      return toPage(rows.map(summaryFromRow), count, (last) => writeCursor(of, last.name));
    },
    async remove(tenant, name) {
      const removed = await database.query(removeAll, [tenant, name]);
      if (removed.length > 0) signals.tell('functions', tenant);
      return removed.length > 0;
    },
    [Symbol.dispose]: () => cache[Symbol.dispose](),
  };
}

type WholeSpec = FunctionSpec & { readonly tenant: string };

async function putVersion(
  { database }: StoreOffice,
  spec: WholeSpec,
): Promise<{ readonly stored: StoredFunction; readonly isNew: boolean }> {
  const { tenant, name } = spec;
  const hash = hashJson(spec);
  for (;;) {
    type Newest = Row & { readonly isRemoved: boolean };
    const [newest] = await database.query<Newest>(selectNewest, [tenant, name]);
    if (newest?.hash === hash && !newest.isRemoved)
      return { stored: fromRow(newest), isNew: false };
    if (newest === undefined || newest.isRemoved) await checkCounts(database, tenant, name);
    const values = [tenant, name, (newest?.version ?? 0) + 1, hash, JSON.stringify(spec)];
    const [row] = await database.query<Row>(insertVersion, values);
    if (row !== undefined) {
      await database.query(dropOld, [tenant, name, row.version]);
      return { stored: fromRow(row), isNew: true };
    }
    // Somebody else took the number: what he put may be the same.
  }
}

// Deployments at once may go a little beyond.
async function checkCounts(database: Queryable, tenant: string, name: string): Promise<void> {
  type Counts = { readonly nameCount: number; readonly functionCount: number };
  const [counts] = await database.query<Counts>(countNames, [tenant]);
  const { nameCount = 0, functionCount = 0 } = counts ?? {};
  if (functionCount < maxFunctionCount && nameCount < maxNameCount) return;
  const expected =
    functionCount < maxFunctionCount
      ? `one of the ${maxNameCount} names that the tenant used within two years`
      : `one of the ${maxFunctionCount} functions that the tenant has, or the removal of one before`;
  throw refusal(subject, [{ path: 'name', expected, got: describe(name) }]);
}

function parseWhole(spec: FunctionSpec, maxJobBytes: number | undefined): WholeSpec {
  const { name, tenant, program, limits, rerunnable } = parseFunctionSpec(
    spec,
    baseLimits(maxJobBytes),
  );
  const issues = tooManyBytes(limits, maxJobBytes);
  if (!namePattern.test(name)) {
    const expected = '1 to 100 characters of A-Z a-z 0-9 . _ : -';
    issues.unshift({ path: 'name', expected, got: describe(name) });
  }
  if (issues.length > 0) throw refusal(subject, issues);
  const { source, sourceType, modules } = program;
  return {
    name,
    tenant,
    source,
    sourceType,
    modules: Object.fromEntries(modules),
    limits,
    rerunnable,
  };
}

function fromRow(row: Row): StoredFunction {
  return { ...summaryFromRow(row), spec: JSON.parse(row.spec) as FunctionSpec };
}

function summaryFromRow(row: SummaryRow): Omit<StoredFunction, 'spec'> {
  const { tenant, name, version, hash, deployedAtMs } = row;
  return { tenant, name, version, hash, deployedAtMs: Math.round(deployedAtMs) };
}
