/**
 * Submits many durable jobs over HTTP, with autocannon in another process, while the service, an executor and the database
 * are killed at random, and proves that every acknowledged one settled once, in its own context.
 *
 * `npm run soak:durable -- --jobs 20000 --database embedded|postgres --kill service,executor,database --seconds-between 3
 * --seed 1`
 */
import { runChaos } from '../chaos/durable-chaos.ts';
import type { Load, LoadOptions } from '../chaos/durable-load.ts';
import { startWorld } from '../chaos/durable-world.ts';
import { AutocannonLoad } from './autocannon-load.ts';
import { type DurableFlags, readFlags, UsageError } from './durable-flags.ts';

/** How long the jobs may take to settle once nothing is killed any more. */
const settleMs = 600_000;

const EXIT = { ok: 0, wrong: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

async function soak({ database, ...flags }: DurableFlags): Promise<boolean> {
  const { seed, jobCount, targets } = flags;
  console.log(`seed ${seed}: ${jobCount} jobs on ${database}, killing ${targets.join(', ')}`);
  await using world = await startWorld(database);
  const startLoad = (options: LoadOptions): Load => new AutocannonLoad(options);
  const { wrong, kills, ...counts } = await runChaos(world, {
    ...flags,
    settleMs,
    startLoad,
  }).catch((error: unknown) => {
    console.error(world.service.describe());
    throw error;
  });
  console.table({ ...counts, ...kills, wrongCount: wrong.length });
  for (const what of wrong.slice(0, 50)) console.error(what);
  return wrong.length === 0;
}

async function main(args: readonly string[]): Promise<number> {
  let flags: DurableFlags;
  try {
    flags = readFlags(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`soak:durable: ${error.message}`);
    return EXIT.usage;
  }
  return (await soak(flags)) ? EXIT.ok : EXIT.wrong;
}

// The services are in groups of their own, which a Ctrl-C does not reach; they end with this process when it exits.
process.once('SIGINT', () => process.exit(EXIT.interrupted));
process.once('SIGTERM', () => process.exit(EXIT.terminated));
process.exitCode = await main(process.argv.slice(2));
