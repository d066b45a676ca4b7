import { ContextSnapshot } from '@waybill/context';
import type { Pool } from 'pg';
import type { Queryable } from './database.ts';

/** What {@link startUpkeep} works on. */
export interface UpkeepOptions {
  readonly database: Queryable;
  readonly pool: Pick<Pool, 'waitingCount'>;
  /** Hears what failed; it is tried again a little later. */
  readonly onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 15_000;
/** Looks in a row that may find statements waiting; then it is done all the same, for old statistics are dearer than the pause. */
const MAX_BUSY_LOOKS = 4;
/** As much is read again, and written, by the next start after a kill. */
const MAX_LOG_BYTES = 64 * 2 ** 20;

// With the thresholds of autovacuum.
const neglectedTables = `
SELECT format('%I.%I', stat.schemaname, stat.relname) AS name
FROM pg_stat_all_tables stat JOIN pg_class class ON class.oid = stat.relid
WHERE stat.n_mod_since_analyze > 50 + 0.1 * greatest(class.reltuples, 0)
   OR stat.n_dead_tup > 50 + 0.2 * greatest(class.reltuples, 0)`;

const logBytes = `
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`;

/**
 * Does now and then, when nothing else waits, what a server has processes of its own for; PGlite has none. See {@link tend}.
 *
 * @returns ends it
 */
export function startUpkeep({ database, pool, onError }: UpkeepOptions): Disposable {
  let isTending = false;
  let busyLookCount = 0;
  const look = async (): Promise<void> => {
    if (isTending) return;
    busyLookCount = pool.waitingCount > 0 ? busyLookCount + 1 : 0;
    if (busyLookCount > 0 && busyLookCount < MAX_BUSY_LOOKS) return;
    busyLookCount = 0;
    isTending = true;
    try {
      await tend(database);
    } catch (error) {
      onError(error);
    } finally {
      isTending = false;
    }
  };
  const timer = ContextSnapshot.root.run(() => setInterval(() => void look(), LOOK_EVERY_MS));
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * Vacuums and analyzes the tables that changed much: else plans are made for tables as they were once, and the queue's get a hundred
 * times slower. Writes a checkpoint when the log has grown: else it grows for ever, and the next start after a kill reads all of it.
 *
 * One statement for each table: others come in between.
 */
export async function tend(database: Queryable): Promise<void> {
  for (const { name } of await database.query<{ name: string }>(neglectedTables)) {
    await database.script(`VACUUM (ANALYZE) ${name}`);
  }
  const [log] = await database.query<{ bytes: number }>(logBytes);
  if (log && log.bytes > MAX_LOG_BYTES) await database.script('CHECKPOINT');
}
