import { deepEqual, equal } from 'node:assert/strict';
import { nobody, whoIsHere, within } from '../context.ts';
import { prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const levels: readonly unknown[] = [0, '', false, null, 'high', [1, [2]], { inner: { x: 1 } }];

async function levelsCross({ context, ...lane }: ContractLane): Promise<void> {
  const body = `return [await contract.level(), context.get('level'), context.has('level')]`;
  const program = await prepare({ context, ...lane }, body);
  for (const level of levels) {
    const outcome = await context.level.run(level, () => program.run());
    deepEqual(valueOf(outcome), [level, level, true]);
  }
  deepEqual(valueOf(await program.run()), ['default', undefined, false]);
}

async function runsNest(lane: ContractLane): Promise<void> {
  const { context } = lane;
  const program = await prepare(lane, `return contract.who()`);
  await within(context, 'outer', async () => {
    const inner = await runAs(lane, 'inner', { program });
    equal(valueOf(inner), 'inner');
    equal(whoIsHere(context), 'outer');
    equal(valueOf(await program.run()), 'outer');
  });
}

async function captureIsFinal(lane: ContractLane): Promise<void> {
  const { context } = lane;
  const program = await prepare(
    lane,
    `return [await contract.who(), ...await contract.gate.wait('4'), await contract.who()]`,
  );
  const { running, entered } = within(context, 'before', () => {
    const submitted = program.run();
    context.request.enterWith({ id: 'after' });
    context.foreign.enterWith('after');
    return { running: submitted, entered: context.foreign.getStore() };
  });
  await lane.call('contract.gate.open', '4');
  equal(entered, 'after');
  deepEqual(valueOf(await running), ['before', 'before', 'before', 'before']);
}

async function planOfSubmit(lane: ContractLane): Promise<unknown[]> {
  const { context } = lane;
  const program = await prepare(
    lane,
    `await contract.gate.wait('plan'); return [await contract.changePlan(), context.get('plan')]`,
  );
  const plan = { name: 'gold', tags: ['at submit'] };
  const running = context.plan.run(plan, () => program.run());
  plan.tags.push('after submit');
  await lane.call('contract.gate.arrived', 'plan');
  await lane.call('contract.gate.open', 'plan');
  return [valueOf(await running), plan];
}

const atSubmit = { name: 'gold', tags: ['at submit'] };

async function rootIsEmpty(lane: ContractLane): Promise<void> {
  const { context } = lane;
  const program = await prepare(
    lane,
    `return [await contract.who(), await contract.level(), context.names, await across.who()]`,
  );
  const outcome = await within(context, 'ann', () =>
    context.level.run('high', () => context.atRoot(() => program.run())),
  );
  deepEqual(valueOf(outcome), [nobody, 'default', [], nobody]);
}

async function queuedCapture(lane: ContractLane): Promise<void> {
  const tenant = 'one-by-one';
  const first = await prepare(lane, `return contract.gate.wait('6')`, { tenant });
  const second = await prepare(lane, `return [await contract.who(), await across.who()]`, {
    tenant,
  });
  const begins: (string | undefined)[] = [];
  const stop = lane.on('job:started', ({ jobId }) => {
    if (jobId === '6') begins.push(whoIsHere(lane.context));
  });
  const ahead = runAs(lane, 'first', { program: first });
  await lane.call('contract.gate.arrived', '6');
  const queued = runAs(lane, 'second', { program: second, id: '6' });
  // The place becomes free in the context of the one who leaves it.
  await within(lane.context, 'third', () => lane.call('contract.gate.open', '6'));
  deepEqual(valueOf(await ahead), ['first', 'first']);
  deepEqual(valueOf(await queued), ['second', 'second']);
  stop();
  deepEqual(begins, ['second']);
}

/** Properties 1 to 6. */
export const basics: readonly ContractSentence[] = [
  {
    property: 1,
    sentence:
      'a variable is in host functions and guests what it was set to, falsy values too, and its default in host functions where it is not set',
    run: levelsCross,
  },
  {
    property: 2,
    sentence: 'a job that runs inside of another context gives that one back',
    run: runsNest,
  },
  {
    property: 2,
    sentence: 'what a host function sets by run ends with it, and leaves other variables alone',
    run: async (lane) => {
      const seen = await valueAs(lane, 'ann', `return contract.nested()`);
      deepEqual(seen, [
        ['inner', 'ann'],
        ['innermost', 'ann'],
        ['inner', 'ann'],
        ['ann', 'ann'],
      ]);
    },
  },
  {
    property: 3,
    sentence: 'a host function gets the arguments of the guest in their order and no `this`',
    run: async (lane) => {
      const body = `return contract.describeCall.call({ own: 1 }, 'a', undefined, { b: [1n] }, null)`;
      const args = ['a', undefined, { b: [1n] }, null];
      deepEqual(await valueAs(lane, 'ann', body), { self: 'undefined', args });
    },
  },
  {
    property: 3,
    sentence:
      'what a host function returns or throws reaches its guest, and what the guest returns its submitter',
    run: async (lane) => {
      const body = `
        const thrown = await contract.failNow('too far').catch((error) => [error.name, error.message, error.code]);
        return [thrown, await contract.echo(new Map([[1, new Set(['a'])]])), await contract.echo()]`;
      const expected = [
        ['RangeError', 'too far', 'E_OWN'],
        new Map([[1, new Set(['a'])]]),
        undefined,
      ];
      deepEqual(await valueAs(lane, 'ann', body), expected);
    },
  },
  {
    property: 4,
    sentence: 'what is entered after the submit does not reach the job',
    run: captureIsFinal,
  },
  {
    property: 4,
    sentence:
      'a carried value that is changed after the submit arrives as it was, and a host function changes a copy',
    run: async (lane) => {
      const changed = { name: 'gold', tags: ['at submit', 'changed'] };
      const own = { name: 'gold', tags: ['at submit', 'after submit'] };
      deepEqual(await planOfSubmit(lane), [[changed, atSubmit], own]);
    },
    only: { place: 'worker' },
  },
  {
    property: 4,
    sentence:
      'a host function of the submitting thread has the very object that was set, and the guest a copy of its own',
    run: async (lane) => {
      const own = { name: 'gold', tags: ['at submit', 'after submit', 'changed'] };
      deepEqual(await planOfSubmit(lane), [[own, atSubmit], own]);
    },
    only: { place: 'submitter' },
  },
  {
    property: 5,
    sentence: 'a job that is submitted in the root context sees nobody and only defaults',
    run: rootIsEmpty,
  },
  {
    property: 6,
    sentence:
      'a job that waited for its turn has the context of its submit, not of whoever made room for it',
    run: queuedCapture,
  },
];
