import { createOrchestrator, type Orchestrator } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runStorm, stormFunctions, type StormShape } from '../support/context-storm.ts';
import { ContextWatch } from '../support/context-watch.ts';
import { atBaseline } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const limits = { wallMs: 120_000, cpuMs: 60_000, memoryBytes: 256 * 2 ** 20, hostCalls: 1_000 };

async function weather(shape: StormShape): Promise<ContextWatch> {
  await using _leaks = leakCheck();
  const watch = new ContextWatch();
  let started: Orchestrator | undefined;
  const orchestrator = (): Orchestrator => {
    if (started === undefined) throw new Error('no job before the start');
    return started;
  };
  await using waybill = await createOrchestrator({
    threads: 2,
    attemptsPerThread: 64,
    limits,
    hostFunctions: stormFunctions(watch, orchestrator),
    workerHostFunctions: workerFunctions,
  });
  started = waybill;
  await runStorm(waybill, watch, shape);
  await atBaseline(waybill);
  return watch;
}

test.each([
  { realms: 'fresh realms', warm: false },
  { realms: 'warm realms', warm: true },
])(
  'of 8 tenants with 50 jobs of 20 host calls each, in $realms of 2 workers, none sees a wrong context and none loses its own',
  { timeout: 180_000 },
  async ({ warm }) => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const watch = await weather({ seed, warm, tenantCount: 8, jobCount: 50, callCount: 20 });
    expect(watch.wrong, `seed ${seed}`).toEqual([]);
    expect(watch.checkCount).toBeGreaterThan(8 * 50 * 20 * 8);
  },
);

test('whatever the mix of tenants, jobs, calls and delays, every context seen is the own one', async () => {
  const shapes = fc.record({
    seed: fc.nat(),
    tenantCount: fc.integer({ min: 1, max: 4 }),
    jobCount: fc.integer({ min: 1, max: 10 }),
    callCount: fc.integer({ min: 2, max: 10 }),
    warm: fc.boolean(),
  });
  const everyContextIsOwn = fc.asyncProperty(shapes, async (shape) => {
    const watch = await weather(shape);
    expect(watch.wrong).toEqual([]);
  });
  await fc.assert(everyContextIsOwn, { numRuns: 6, endOnFailure: true });
}, 120_000);
