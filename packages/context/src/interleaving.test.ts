import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as immediately, setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { carryStore } from './carry-store.ts';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';
import { JobContext } from './job-context.ts';

const tenant = new ContextVariable<string>({ name: 'tenant', carry: { to: ['worker'] } });
const request = new AsyncLocalStorage<string>();
carryStore(request, { name: 'request', to: ['worker'] });

const steps = {
  await: () => Promise.resolve(),
  tick: () => new Promise<void>((resolve) => process.nextTick(resolve)),
  immediate: () => immediately(),
  timer: () => delay(1),
  rejection: () => Promise.reject(new Error('expected')).catch(() => undefined),
  enterWith: () => request.enterWith('residue'),
} as const;

type Step = keyof typeof steps;

interface Plan {
  readonly side: 'captured' | 'carried';
  readonly calls: readonly (readonly Step[])[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  side: fc.constantFrom('captured', 'carried'),
  calls: fc.array(
    fc.array(
      fc.constantFrom<Step>('await', 'tick', 'immediate', 'timer', 'rejection', 'enterWith'),
      {
        maxLength: 4,
      },
    ),
    { minLength: 1, maxLength: 5 },
  ),
});

/** Runs the host calls of one job at once, each from a context that belongs to nobody, and reports what was wrong. */
async function runJob(name: string, { side, calls }: Plan): Promise<string[]> {
  const captured = tenant.run(name, () => request.run(name, () => ContextSnapshot.capture()));
  const snapshot =
    side === 'captured' ? captured : ContextSnapshot.fromWire(captured.toWire('worker'));
  using job = new JobContext({ jobId: name, snapshot });
  const mixes: string[] = [];
  const hostFunction = job.bind(async (call: readonly Step[]) => {
    let entered = name;
    for (const step of call) {
      await steps[step]();
      if (step === 'enterWith') entered = 'residue';
      if (tenant.get() !== name) mixes.push(`${name} saw tenant ${tenant.get()} after ${step}`);
      if (request.getStore() !== entered) {
        mixes.push(`${name} saw request ${request.getStore()} after ${step}`);
      }
    }
  });
  await Promise.all(calls.map((call) => ContextSnapshot.root.run(hostFunction, call)));
  return mixes;
}

test('jobs that interleave at random never see a value of another job', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 8 }), async (plans) => {
      const mixes = await Promise.all(
        plans.map((jobPlan, index) =>
          tenant.run('nobody', () => runJob(`tenant ${index}`, jobPlan)),
        ),
      );
      expect(mixes.flat()).toEqual([]);
      expect([tenant.get(), request.getStore()]).toEqual([undefined, undefined]);
    }),
    { numRuns: 60 },
  );
});
