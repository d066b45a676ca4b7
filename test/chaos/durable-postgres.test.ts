import { expect, test } from 'vitest';
import { runChaos } from './durable-chaos.ts';
import { startWorld } from './durable-world.ts';

test('of durable jobs on PostgreSQL, whose service, executor and database are killed by turns, every acknowledged one settles once, in its own context', async () => {
  await using world = await startWorld('postgres');
  const { targets } = world;
  const report = await runChaos(world, { targets, seed: 20_261_125, everyMs: 1_500, killCount: 4 });
  console.log(JSON.stringify(report));
  expect(report.wrong).toEqual([]);
  expect(report.jobCount).toBeGreaterThan(100);
  expect(Object.keys(report.kills).toSorted()).toEqual(['database', 'executor', 'service']);
}, 90_000);
