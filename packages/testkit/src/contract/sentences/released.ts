import { deepEqual, equal } from 'node:assert/strict';
import { countHeld } from '../host-functions/held.ts';
import { nobody, whoIsHere, within } from '../context.ts';
import { guest, prepare, runAs, valueAs } from '../jobs.ts';
import type { ContractLane, ContractProgram } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';
import { endThread } from './endings.ts';

/** Runs a job whose context holds an object that nobody else does. */
async function runHolding(lane: ContractLane, program: ContractProgram): Promise<WeakRef<object>> {
  const plan = { name: 'held', tags: ['by the job'] };
  await lane.context.plan.run(plan, () => runAs(lane, 'ann', { program }));
  return new WeakRef(plan);
}

async function storesAreFreed(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `await contract.watchPlan();
     // Held on both sides for longer than the job: a callback, and a promise that nothing settles.
     await contract.holdCallback(async () => contract.who());
     void new Promise(() => {}).then(() => contract.who());
     return contract.callBack(async () => [await across.who()])`,
  );
  const held = [await runHolding(lane, program), await runHolding(lane, program)];
  equal(await lane.call('contract.heldCount'), 0);
  equal(await countHeld(held), 0);
}

async function callbacksAreFreed(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `await contract.watchCallback(async () => 1); await contract.watchCallback(async () => 2)`,
  );
  await runAs(lane, 'ann', { program });
  equal(await lane.call('contract.heldCount'), 0);
}

async function endThreadHolding(lane: ContractLane): Promise<WeakRef<object>> {
  const plan = { name: 'held', tags: ['by the job that cost the thread'] };
  await lane.context.plan.run(plan, () => endThread(lane, 'ann'));
  return new WeakRef(plan);
}

async function newThreadIsNobodys(lane: ContractLane): Promise<void> {
  const events: string[] = [];
  const isUp = Promise.withResolvers<void>();
  let processId: number | undefined;
  const stops = (['job:started', 'worker:exited', 'worker:started'] as const).map((name) =>
    lane.on(name, (event) => {
      // Those of another process may still come of what was before.
      processId ??= event.jobId === undefined ? undefined : event.processId;
      if (processId === undefined || event.processId !== processId) return;
      events.push(`${name} in the context of ${whoIsHere(lane.context)}`);
      if (name === 'worker:started') isUp.resolve();
    }),
  );
  const held = await endThreadHolding(lane);
  await isUp.promise;
  for (const stop of stops) stop();
  deepEqual(events, [
    'job:started in the context of ann',
    `worker:exited in the context of ${nobody}`,
    `worker:started in the context of ${nobody}`,
  ]);
  equal(await countHeld([held]), 0);
  const seen = await valueAs(lane, 'bob', `return [await contract.who(), await across.who()]`);
  deepEqual(seen, ['bob', 'bob']);
}

/** Jobs of every kind, one after the other. */
// The third lets a call go whose failure nobody is to hear of.
const everyEnding = guest(`
  if (input % 4 === 0) throw new Error('expected');
  if (input % 4 === 1) await contract.failNow('expected');
  if (input % 4 === 2) contract.whoLater(3).catch(() => {});
  return contract.callBack(async () => [await across.who()])`);

async function runEveryEnding(lane: ContractLane, program: ContractProgram): Promise<void> {
  const jobs = Array.from({ length: 40 }, (_, input) =>
    within(lane.context, `job-${input}`, () => program.run(input)),
  );
  await Promise.all(jobs);
  await lane.atBaseline();
}

async function portsStayAsTheyWere(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: everyEnding });
  for (const side of ['contract', 'across']) await lane.call(`${side}.watchPorts`);
  await runEveryEnding(lane, program);
  for (const side of ['contract', 'across']) {
    equal(await lane.call(`${side}.openPortCount`), 0);
  }
}

async function storesStayAsTheyWere(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: everyEnding });
  await runEveryEnding(lane, program);
  const before = await lane.call('contract.storeCount');
  await runEveryEnding(lane, program);
  equal(await lane.call('contract.storeCount'), before);
}

/** Properties 29 to 33. */
export const released: readonly ContractSentence[] = [
  {
    property: 29,
    sentence:
      'what was in the context of a job is free once it has settled, whatever guest or host function keep',
    run: storesAreFreed,
  },
  {
    property: 30,
    sentence:
      'a thread that is started during a job is nobody’s: its events and its jobs see no context of that one',
    run: newThreadIsNobodys,
  },
  {
    property: 31,
    sentence: 'after jobs of every ending, 40 at once, nothing is open',
    run: async (lane) => runEveryEnding(lane, await lane.prepare({ source: everyEnding })),
  },
  {
    property: 32,
    sentence: 'a guest callback is free once its job has settled',
    run: callbacksAreFreed,
  },
  {
    property: 32,
    sentence: 'jobs of every ending leave no message port open, in no thread',
    run: portsStayAsTheyWere,
  },
  {
    property: 33,
    sentence: 'jobs of every ending leave as many stores as there were',
    run: storesStayAsTheyWere,
    // To count them takes a walk over the whole heap.
    only: { warmth: 'fresh' },
  },
];
