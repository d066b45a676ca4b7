import { deepEqual, equal, ok } from 'node:assert/strict';
import { seededRandom } from '../../seeded-random.ts';
import { eachSeesItself, guest, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const tenantCount = 5;
const jobCount = 4;
const callCount = 8;

/** Makes calls in a row, then as many at once, and gives whom each saw. */
const mixedCalls = guest(`
  const calls = {
    now: () => contract.who(),
    later: (turns) => contract.whoLater(turns),
    across: (turns) => across.whoLater(turns),
    fails: (turns) => contract.failLater(String(turns)).catch(() => contract.who()),
    calledBack: async () => (await contract.callBack(async () => [await across.who()])).join(),
    timer: (turns) => new Promise((resolve) => { setTimeout(() => resolve(contract.who()), turns) }),
  };
  const seen = [];
  for (const [kind, turns] of input) seen.push([kind, await calls[kind](turns)]);
  const together = input.map(async ([kind, turns]) => [kind, await calls[kind](turns)]);
  return [...seen, ...await Promise.all(together)]`);

const callKinds = ['now', 'later', 'across', 'fails', 'calledBack', 'timer'];

async function noMixes(lane: ContractLane): Promise<void> {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  const random = seededRandom(seed);
  const jobs: Promise<string[]>[] = [];
  for (let index = 0; index < tenantCount; index++) {
    const tenant = `tenant-${index}`;
    const program = await lane.prepare({ source: mixedCalls, tenant });
    for (let job = 0; job < jobCount; job++) {
      const label = `${tenant}-${job}`;
      const input = Array.from({ length: callCount }, () => [
        random.pick(callKinds),
        random.integer(4),
      ]);
      const running = runAs(lane, label, { program, input }).then((outcome) => {
        const own = [label, [label, label, label].join()];
        const calls = valueOf(outcome) as [string, string][];
        equal(calls.length, 2 * callCount);
        const mixed = calls.filter(([, seen]) => !own.includes(seen));
        return mixed.map(([kind, seen]) => `${label}, ${kind}: saw ${seen}`);
      });
      jobs.push(running);
    }
  }
  deepEqual((await Promise.all(jobs)).flat(), [], `seed ${seed}`);
}

async function oneIsolate(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `return [...await contract.gate.meet('8', 6), await across.who(), await contract.who()]`,
  );
  const labels = Array.from({ length: 6 }, (_, index) => `job-${index}`);
  const outcomes = await Promise.all(labels.map((label) => runAs(lane, label, { program })));
  deepEqual(
    outcomes.map(valueOf),
    labels.map((label) => [label, label, label, label]),
  );
  const realms = outcomes.map(({ trail = [] }) => trail.find(({ realmId }) => realmId)?.realmId);
  ok(realms[0]);
  const isolates = new Set(realms.map((realmId) => realmId?.split('.')[0]));
  equal(isolates.size, 1, 'jobs of one tenant were to share an isolate');
  equal(new Set(realms).size, lane.warmth === 'warm' ? 1 : labels.length);
}

async function nestedJob(lane: ContractLane): Promise<void> {
  const seen = await valueAs(lane, 'outer', `return host.submitter.nest('inner')`);
  const inner = ['inner', 'inner', 'inner'];
  deepEqual(seen, { before: 'outer', inner, after: 'outer' });
}

/** Ways to call a host function, and how to find out whom it saw. */
const callForms: Readonly<Record<string, string>> = {
  'by its plain name': `return host.whoAmI()`,
  'in a namespace': `return contract.who()`,
  'through a variable of its own': `const { who } = contract; return who()`,
  'with a `this` of the guest’s': `return contract.who.call({ tenant: 'forged' })`,
  'behind a timer': `return new Promise((resolve) => { setTimeout(() => resolve(contract.who()), 1) })`,
  'behind a failed call': `return contract.failNow('x').catch(() => contract.who())`,
  'in a microtask': `return new Promise((resolve) => { queueMicrotask(() => resolve(contract.who())) })`,
  'in a callback that the host called': `return (await contract.callBack(async () => [await contract.who()]))[1]`,
  'in an async generator': `for await (const who of (async function* () { yield contract.who() })()) return who`,
  'as the hundredth one': `for (let count = 1; count < 100; count++) await contract.echo(count); return contract.who()`,
};

async function notAwaited(lane: ContractLane): Promise<void> {
  const program = await prepare(lane, `contract.note(input); return 'done'`);
  const labels = Array.from({ length: 10 }, (_, index) => `job-${index}`);
  for (const label of labels) {
    equal(valueOf(await runAs(lane, label, { program, input: 'noted' })), 'done');
  }
  const notes = await lane.call('contract.notes', labels.length);
  deepEqual(
    notes,
    labels.map((label) => `${label}: noted`),
  );
}

/** Properties 7 to 12. */
export const interleaving: readonly ContractSentence[] = [
  {
    property: 7,
    sentence: `of ${tenantCount} tenants with ${jobCount} jobs of ${2 * callCount} host calls each, at random, none sees another’s context`,
    run: noMixes,
  },
  {
    property: 8,
    sentence: 'jobs that wait at once in one isolate keep their contexts',
    run: oneIsolate,
  },
  {
    property: 9,
    sentence: 'host functions of both sides that are called at once see the one job',
    run: async (lane) =>
      eachSeesItself(
        lane,
        6,
        `return Promise.all([contract.who(), across.who(), contract.whoLater(3), across.whoLater(2), contract.whoLater(1), across.who()])`,
      ),
  },
  {
    property: 10,
    sentence:
      'a host function that calls the guest back, which calls the host again, five deep, stays in the context of the job',
    run: async (lane) =>
      eachSeesItself(
        lane,
        16,
        `const down = async (depth) => depth === 0
           ? []
           : contract.callBack(async (who) => [who, ...await down(depth - 1)]);
         return [...await down(5), await across.who()]`,
      ),
  },
  {
    property: 11,
    sentence:
      'a job that a host function submits has the context that was there, and gives the outer one back',
    run: nestedJob,
  },
  ...Object.entries(callForms).map(([form, body]) => ({
    property: 12,
    sentence: `a host function that is called ${form} sees its job`,
    run: async (lane: ContractLane) =>
      eachSeesItself(lane, 1, `return [await (async () => { ${body} })()]`),
  })),
  { property: 12, sentence: 'a host call that nobody waits for sees its job', run: notAwaited },
];
