import { deepEqual, equal } from 'node:assert/strict';
import { asyncSources } from '../host-functions/async-sources.ts';
import { eachSeesItself, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const words: Readonly<Record<number, string>> = {
  13: 'awaits and reactions of promises',
  14: 'timers, ticks and microtasks',
  16: 'streams of both kinds',
  17: 'signals that it made',
  18: 'thenables',
  20: 'files, names and events',
};

async function resumesAsItself(lane: ContractLane, property: number): Promise<void> {
  const names = Object.keys(asyncSources[property] ?? {});
  const program = await prepare(lane, `return contract.resumedAs(input)`);
  const labels = ['ann', 'bob'];
  const outcomes = await Promise.all(
    labels.map((label) => runAs(lane, label, { program, input: property })),
  );
  deepEqual(
    outcomes.map(valueOf),
    labels.map((label) => names.map((name) => [name, label])),
  );
}

async function emitterOfAnother(lane: ContractLane): Promise<void> {
  await valueAs(lane, 'listener', `await contract.listen()`);
  const heard = await valueAs(lane, 'emitter', `return contract.fire()`);
  deepEqual(heard, {
    emitter: 'emitter',
    wrapped: 'listener',
    target: 'emitter',
    abort: 'emitter',
  });
}

async function ownSignal(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `const aborted = contract.untilAborted(); await contract.gate.pass('17'); return aborted`,
  );
  const running = runAs(lane, 'ann', { program, id: 'contract-17' });
  await lane.call('contract.gate.arrived', '17');
  equal(lane.cancel('contract-17'), true);
  equal((await running).ok, false);
  const heard = (await lane.call('contract.heard')) as Record<string, string>;
  equal(heard['end of the job'], 'ann');
}

async function keptConnection(lane: ContractLane): Promise<void> {
  const program = await prepare(lane, `return contract.network.visit()`);
  try {
    for (const [label, isReused] of [
      ['ann', false],
      ['bob', true],
      ['cid', true],
    ] as const) {
      const visit = valueOf(await runAs(lane, label, { program }));
      deepEqual(visit, { seen: [label, label], isReused });
    }
  } finally {
    await lane.call('contract.network.close');
  }
}

/** Properties 13 to 20. */
export const asyncSourceSentences: readonly ContractSentence[] = [
  ...Object.entries(words).map(([property, sources]) => ({
    property: Number(property),
    sentence: `a host function keeps the context of its job over ${sources}`,
    run: (lane: ContractLane) => resumesAsItself(lane, Number(property)),
  })),
  {
    property: 15,
    sentence:
      'a listener that one job left hears the event of another in the context of that one, a wrapped one in its own',
    run: emitterOfAnother,
  },
  {
    property: 17,
    sentence: 'the signal of a job aborts in the context of the job, whoever ended it',
    run: ownSignal,
  },
  {
    property: 18,
    sentence: 'a thenable of the guest’s resolves in the context of its job',
    run: async (lane) =>
      eachSeesItself(
        lane,
        2,
        `const thenable = { then(resolve) { contract.who().then(resolve) } };
       return [await thenable, await Promise.resolve(thenable)]`,
      ),
  },
  {
    property: 18,
    sentence: 'a thenable that a guest passes is data, and no way to the promises of the host',
    run: async (lane) => {
      const body = `
      let calledWith = 'nothing';
      const thenable = { then(...args) { calledWith = args.length } };
      const seen = await contract.echo([thenable]).then((list) => typeof list[0].then, (error) => error.code);
      return [seen, calledWith]`;
      const [seen, calledWith] = (await valueAs(lane, 'ann', body)) as unknown[];
      equal(seen, 'ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE');
      equal(calledWith, 'nothing');
    },
  },
  {
    property: 19,
    sentence: 'a generator of one job that another one resumes runs in the context of that one',
    run: async (lane) => {
      const program = await prepare(lane, `return contract.nextOfGenerators()`);
      await valueAs(lane, 'maker', `await contract.makeGenerators()`);
      for (const label of ['ann', 'bob']) {
        deepEqual(valueOf(await runAs(lane, label, { program })), [label, label]);
      }
    },
  },
  {
    property: 20,
    sentence:
      'a connection that is kept alive for the next job keeps nothing of the context of the last',
    run: keptConnection,
  },
];
