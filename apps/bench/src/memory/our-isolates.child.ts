// Prints how many bytes of resident memory an idle isolate of ours takes. Arguments: isolates before, isolates that count.
import { createOrchestrator, unwrap } from '@waybill/orchestrator';
import { until } from '@waybill/testkit';
import { printGrowth } from './print-growth.ts';

await using waybill = await createOrchestrator({
  threads: 1,
  containment: 'thread',
  isolates: { maxPerThread: 1_000 },
});

await printGrowth(async (number) => {
  const tenant = `tenant-${number}`;
  await waybill.deploy({ name: 'echo', tenant, source: 'export default (input) => input' });
  const got = unwrap(await waybill.run({ tenant, function: 'echo', input: number }));
  if (got !== number) throw new Error(`expected ${number}, got ${JSON.stringify(got)}`);
  const held = async () => (await waybill.stats()).pool.threads[0];
  // The one that is made ahead is there in both readings.
  await until(async () => (await held())?.preparedCount === 1);
  // One that was given up would make the others look smaller.
  const kept = (await held())?.isolateCount;
  if (kept !== number + 1) throw new Error(`expected ${number + 1} isolates, got ${kept}`);
});
