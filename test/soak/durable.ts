/**
 * Submits many durable jobs over HTTP while the service, an executor and the database are killed at random, and proves that
 * every acknowledged one settled once, in its own context.
 *
 * `npm run soak:durable -- --jobs 20000 --database embedded|postgres --kill service,executor,database --seconds-between 3
 * --seed 1`
 */
import { parseArgs } from 'node:util';
import { runChaos } from '../chaos/durable-chaos.ts';
import { startWorld, type Target } from '../chaos/durable-world.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '20000' },
    database: { type: 'string', default: 'embedded' },
    kill: { type: 'string' },
    'seconds-between': { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    lanes: { type: 'string', default: '32' },
  },
});

const { database } = values;
if (database !== 'embedded' && database !== 'postgres') {
  throw new RangeError(`--database: expected embedded or postgres, got ${database}`);
}
await using world = await startWorld(database);
const isTarget = (name: string): name is Target => world.targets.some((target) => target === name);
const targets = values.kill?.split(',').filter(isTarget) ?? world.targets;
if (targets.length === 0) {
  throw new RangeError(`--kill: expected some of ${world.targets.join(',')}, got ${values.kill}`);
}
console.log(
  `seed ${values.seed}: ${values.jobs} jobs on ${database}, killing ${targets.join(', ')}`,
);
const { wrong, kills, ...counts } = await runChaos(world, {
  targets,
  seed: Number(values.seed),
  laneCount: Number(values.lanes),
  jobCount: Number(values.jobs),
  everyMs: Number(values['seconds-between']) * 1_000,
  settleMs: 600_000,
});
console.table({ ...counts, ...kills, wrongCount: wrong.length });
for (const what of wrong.slice(0, 50)) console.error(what);
process.exitCode = wrong.length === 0 ? 0 : 1;
