import type { Queryable } from '../database/database.ts';

/**
 * How many jobs of each tenant wait. Read from the tables now and then, and counted up by what this process accepts meanwhile, so that
 * accepting never waits for a count of all.
 *
 * What this process accepts alone never passes the limit. Each other process on the same database may add what it accepts between two
 * of its own readings. A tenant that is full is let in again at most {@link fullAgeMs} after it has room.
 */
export interface QueuedGauge {
  /** Reads the tenants whose number is too old. Call it before {@link QueuedGauge.take}. */
  refresh(tenants: Iterable<string>): Promise<void>;
  /** Counts one more job, which is about to be added. @returns `false`, without counting, if as many wait as may */
  take(tenant: string): boolean;
  /** Says what became of a job that was taken. */
  end(tenant: string, isAdded: boolean): void;
  queuedCount(tenant: string): number;
}

/** What a gauge stands on. */
export interface GaugeOptions {
  readonly maxCount: number;
  /** In ms. */
  readonly now: () => number;
}

interface Reading {
  count: number;
  /** How many of them are about to be added: another reading may not see them yet. */
  adding: number;
  readonly readAtMs: number;
}

/** Age at which the number of a tenant that is more than half full is read again. */
export const fullAgeMs = 1_000;
const emptyAgeMs = 10_000;
// Tenants are forgotten only beyond this many, so that it is not done for every batch.
const keptCount = 1_000;

const countQueued = `
SELECT tenant.name, (
  SELECT count(*)::int FROM (
    SELECT FROM waybill.job WHERE job.tenant = tenant.name AND job.settled_at IS NULL AND job.state = 'queued' LIMIT $2) waiting
) AS count
FROM unnest($1::text[]) AS tenant(name)`;

/** Makes the gauge; it holds nothing but memory. */
export function makeQueuedGauge(database: Queryable, { maxCount, now }: GaugeOptions): QueuedGauge {
  const readings = new Map<string, Reading>();

  const isCurrent = ({ count, readAtMs }: Reading): boolean =>
    now() - readAtMs < (count > maxCount / 2 ? fullAgeMs : emptyAgeMs);

  const forgetOld = (): void => {
    if (readings.size <= keptCount) return;
    for (const [tenant, reading] of readings)
      if (reading.adding === 0 && !isCurrent(reading)) readings.delete(tenant);
  };

  return {
    async refresh(tenants) {
      const old = [...new Set(tenants)].filter((tenant) => {
        const reading = readings.get(tenant);
        return reading === undefined || !isCurrent(reading);
      });
      if (old.length === 0) return;
      forgetOld();
      type Row = { readonly name: string; readonly count: number };
      const readAtMs = now();
      const rows = await database.query<Row>(countQueued, [old, maxCount]);
      for (const { name, count } of rows) {
        const { adding } = readings.get(name) ?? { adding: 0 };
        readings.set(name, { count: count + adding, adding, readAtMs });
      }
    },
    take(tenant) {
      const reading = readings.get(tenant);
      if (reading === undefined || reading.count >= maxCount) return false;
      reading.count += 1;
      reading.adding += 1;
      return true;
    },
    end(tenant, isAdded) {
      const reading = readings.get(tenant);
      if (reading === undefined) return;
      reading.adding -= 1;
      if (!isAdded) reading.count -= 1;
    },
    queuedCount: (tenant) => readings.get(tenant)?.count ?? 0,
  };
}
