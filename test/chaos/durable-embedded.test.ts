import { expect, test } from 'vitest';
import { runChaos } from './durable-chaos.ts';
import { startWorld } from './durable-world.ts';

test('of durable jobs on the embedded database, whose service is killed again and again, every acknowledged one settles once, in its own context', async () => {
  await using world = await startWorld('embedded');
  const { targets } = world;
  const report = await runChaos(world, { targets, seed: 20_261_122, everyMs: 1_500, killCount: 3 });
  console.log(JSON.stringify(report));
  expect(report.wrong).toEqual([]);
  expect(report.jobCount).toBeGreaterThan(100);
  expect(report.returnedCount).toBeGreaterThan(0);
}, 90_000);
