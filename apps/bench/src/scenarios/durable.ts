import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openEmbedded, openPostgres } from '@waybill/queue';
import { startPostgres } from '@waybill/testkit';
import { compareDurable } from '../durable/compare-durable.ts';
import { openOurLane } from '../durable/our-lane.ts';
import { openPgBossLane } from '../durable/pg-boss-lane.ts';
import type { Scenario } from '../scenario.ts';

/** Durable jobs on the database that runs inside the process, against pg-boss alone on the same. */
export const durable: Scenario = {
  name: 'durable',
  asks: 'What do durable jobs cost over pg-boss alone, with its results, contexts and history left out?',
  seconds: { full: 40, quick: 7 },
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
    try {
      bench.progress(0, 'two new databases');
      await using bases = new AsyncDisposableStack();
      const open = async (name: string): Promise<Database> =>
        bases.use(await openEmbedded({ folder: join(folder, name) }));
      const [ourBase, rawBase] = await Promise.all([open('ours'), open('raw')]);
      await using ours = await openOurLane(ourBase);
      await using other = await openPgBossLane(rawBase, (error) => bench.book.fail(error));
      const comparisons = await compareDurable(bench, { ours, other });
      return { comparisons, findings: [], figures: [], omitted: [] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** The same on a PostgreSQL of its own. */
export const durablePostgres: Scenario = {
  name: 'durable-postgres',
  asks: 'What do durable jobs cost over pg-boss alone where both have a PostgreSQL?',
  seconds: { full: 35, quick: 4 },
  isExtra: true,
  async run(bench) {
    await using server = await startPostgres();
    await using ourBase = await openPostgres({ url: await server.createDatabase() });
    await using ours = await openOurLane(ourBase);
    await using other = await openPgBossLane(await server.createDatabase(), (error) =>
      bench.book.fail(error),
    );
    const comparisons = await compareDurable(bench, { ours, other });
    return { comparisons, findings: [], figures: [], omitted: [] };
  },
};
