import { AsyncLocalStorage } from 'node:async_hooks';
import { extname } from 'node:path';
import { createOrchestrator } from '@waybill/orchestrator';
import type { HostCallPool, HostSide } from './host-calls.ts';
import { ourLane } from './our-pool.ts';
import { jobNumber } from './our-variables.ts';

// A store that nobody declared: host functions of the submitting thread see it because they run in the submitter's very context.
const submitter = new AsyncLocalStorage<number>();

const source = `export default async ({ number, callCount, sides }, { host }) => {
  const calls = sides.map((side) => host[side]);
  for (let index = 0; index < callCount; index++) {
    const answer = await calls[index % calls.length](number);
    if (answer !== number) return { call: index, answer };
  }
  return number;
}`;

/** Opens a pool of ours with one thread whose host functions answer with the number of the job in whose context they run. */
export async function openOurHostCalls(sides: readonly HostSide[]): Promise<HostCallPool> {
  const waybill = await createOrchestrator({
    threads: 1,
    containment: 'thread',
    hostFunctions: {
      here: async () => {
        await Promise.resolve();
        return submitter.getStore();
      },
    },
    workerHostFunctions: new URL(
      `./our-worker-functions${extname(import.meta.url)}`,
      import.meta.url,
    ),
  });
  await waybill.deploy({ name: 'caller', source });
  return {
    laneOf: (callCount) =>
      ourLane(waybill, {
        job: (number) => ({ function: 'caller', input: { number, callCount, sides } }),
        within: (number, submit) => submitter.run(number, () => jobNumber.run(number, submit)),
      }),
    [Symbol.asyncDispose]: () => waybill[Symbol.asyncDispose](),
  };
}
