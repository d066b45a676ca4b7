// Prints how many bytes of resident memory an idle raw isolate takes, in a thread as ours are. Arguments as those of ours.
import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { endPool } from '../lanes/end-pool.ts';
import { printGrowth } from './print-growth.ts';

const pool = new Piscina({
  filename: new URL(`./raw-isolates.worker${extname(import.meta.url)}`, import.meta.url).href,
  maxThreads: 1,
  atomics: 'disabled',
});

await printGrowth(async (number) => {
  const got: unknown = await pool.run(number, { name: 'makeOne' });
  if (got !== number) throw new Error(`expected ${number}, got ${JSON.stringify(got)}`);
});
await endPool(pool);
