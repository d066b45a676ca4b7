import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openEmbedded, openPostgres } from '@waybill/queue';
import { startPostgres } from '@waybill/testkit';
import type { Comparison } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import { compareDurable } from './compare-durable.ts';
import { openOurLane } from './our-lane.ts';
import { openPgBossLane } from './pg-boss-lane.ts';

/** Compares both on a new database each that runs inside this process. */
export async function compareOnEmbedded(bench: Bench): Promise<readonly Comparison[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waybill-bench-'));
  bench.progress(0, 'two new databases');
  await using bases = new AsyncDisposableStack();
  const open = async (name: string): Promise<Database> =>
    bases.use(await openEmbedded({ folder: join(folder.path, name) }));
  const [ourBase, rawBase] = await Promise.all([open('ours'), open('raw')]);
  // Each step takes a second or so, and whoever ends the run waits for all of them otherwise.
  bench.signal.throwIfAborted();
  await using ours = await openOurLane(ourBase);
  bench.signal.throwIfAborted();
  await using other = await openPgBossLane(rawBase, (error) => bench.book.fail(error));
  return await compareDurable(bench, { ours, other });
}

/** Compares both on a new database each of a PostgreSQL that is started for them. */
export async function compareOnPostgres(bench: Bench): Promise<readonly Comparison[]> {
  await using server = await startPostgres();
  await using ourBase = await openPostgres({ url: await server.createDatabase() });
  await using ours = await openOurLane(ourBase);
  await using other = await openPgBossLane(await server.createDatabase(), (error) =>
    bench.book.fail(error),
  );
  return await compareDurable(bench, { ours, other });
}
