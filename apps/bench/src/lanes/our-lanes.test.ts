import { createOrchestrator } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { openCarriage } from './carriage.ts';
import { callChecked, type Lane, WrongAnswer } from './lane.ts';
import { openOurHostCalls } from './our-host-calls.ts';
import { ourLane, ourPoolLane } from './our-pool.ts';
import { jobNumber } from './our-variables.ts';

const options = { threads: 1, containment: 'thread' } as const;

const callTen = (lane: Lane): Promise<unknown> =>
  Promise.all(Array.from({ length: 10 }, (_, number) => callChecked(lane, number)));

test.each(['warm', 'fresh'] as const)(
  'our pool, %s, answers each of ten calls at once with its own number',
  async (how) => {
    await using lane = await ourPoolLane({ how, options });
    await callTen(lane);
  },
);

test.each([[['inWorker']], [['here']], [['inWorker', 'here']]] as const)(
  'each of ten jobs at once finds its own number in the context of its host calls to %j',
  async (sides) => {
    await using pool = await openOurHostCalls(sides);
    await callTen(pool.laneOf(20));
    await callTen(pool.laneOf(0));
  },
);

test('a host function that sees the context of another job is a wrong answer', async () => {
  await using waybill = await createOrchestrator({
    ...options,
    workerHostFunctions: new URL('./our-worker-functions.ts', import.meta.url),
  });
  const mixed = ourLane(waybill, {
    job: () => ({ source: 'export default (_, { host }) => host.inWorker()' }),
    within: (number, submit) => jobNumber.run(number + 1, submit),
  });
  await expect(callChecked(mixed, 7)).rejects.toThrow(new WrongAnswer(7, 8));
});

test('a job whose guest fails is a failed call and not a wrong answer', async () => {
  await using waybill = await createOrchestrator(options);
  const failing = ourLane(waybill, {
    job: () => ({ source: 'export default () => { throw new Error("no") }' }),
  });
  await expect(callChecked(failing, 0)).rejects.not.toThrow(WrongAnswer);
});

test('jobs of many requests find all the variables that they carry', async () => {
  await using pool = await openCarriage();
  for (const count of [0, 1, 5, 20]) {
    const lane = pool.laneOf(count);
    // Those whose host function looks at what was carried, and one that does not.
    await Promise.all([0, 100, 200, 300, 301].map((number) => callChecked(lane, number)));
  }
});
