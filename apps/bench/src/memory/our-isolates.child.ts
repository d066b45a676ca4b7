// Prints how many bytes of resident memory an idle isolate of ours takes. Arguments: isolates before, isolates that count.
import { createOrchestrator, unwrap } from '@waybill/orchestrator';
import { until } from '@waybill/testkit';
import { printGrowth } from './print-growth.ts';

await using waybill = await createOrchestrator({ threads: 1, containment: 'thread' });

await printGrowth(async (number) => {
  const tenant = `tenant-${number}`;
  await waybill.deploy({ name: 'echo', tenant, source: 'export default (input) => input' });
  const got = unwrap(await waybill.run({ tenant, function: 'echo', input: number }));
  if (got !== number) throw new Error(`expected ${number}, got ${JSON.stringify(got)}`);
  // The one that is made ahead is there in both readings.
  await until(async () => (await waybill.stats()).pool.threads[0]?.preparedCount === 1);
});
