import { deepEqual, equal } from 'node:assert/strict';
import { assertPromised, engineDifferences } from '../engine-differences.ts';
import { assertCutOff, codeOf, guest, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

async function wokenByAnother(lane: ContractLane): Promise<void> {
  const sleeper = await prepare(
    lane,
    `const woken = await contract.gate.wait('21'); await null; return [...woken, await contract.who(), await across.who()]`,
  );
  const sleeping = ['ann', 'bob'].map((label) => runAs(lane, label, { program: sleeper }));
  await lane.call('contract.gate.arrived', '21', 2);
  const waker = await prepare(lane, `await contract.gate.open('21'); return contract.who()`);
  equal(valueOf(await runAs(lane, 'waker', { program: waker })), 'waker');
  const [ann, bob] = await Promise.all(sleeping);
  deepEqual(ann && valueOf(ann), ['ann', 'ann', 'ann', 'ann']);
  deepEqual(bob && valueOf(bob), ['bob', 'bob', 'bob', 'bob']);
}

async function wokenInItsRealm(lane: ContractLane): Promise<void> {
  const source = `
    const { promise, resolve } = Promise.withResolvers();
    export default async (role, { host: { contract } }) => {
      if (role === 'wakes') return resolve();
      await contract.gate.pass('21 realm');
      await promise;
      return [await contract.who(), await contract.whoLater(1)];
    }`;
  const program = await lane.prepare({ source });
  const sleeping = ['ann', 'bob'].map((label) => runAs(lane, label, { program, input: 'sleeps' }));
  await lane.call('contract.gate.arrived', '21 realm', 2);
  await runAs(lane, 'waker', { program, input: 'wakes' });
  const outcomes = await Promise.all(sleeping);
  deepEqual(outcomes.map(valueOf), [
    ['ann', 'ann'],
    ['bob', 'bob'],
  ]);
}

/** Ways to wait for promises of the host, and what each gives. */
const waits: Readonly<Record<string, string>> = {
  await: `return await contract.echo(1)`,
  'return of a promise': `return contract.echo(1)`,
  'a reaction': `return contract.echo(0).then((value) => value + 1)`,
  'resolve with a promise': `return new Promise((resolve) => resolve(contract.echo(1)))`,
  'Promise.resolve': `return Promise.resolve(contract.echo(1))`,
  'Promise.all': `return (await Promise.all([contract.echo(1), across.echo(2)]))[0]`,
  'Promise.allSettled': `return (await Promise.allSettled([contract.echo(1)]))[0].value`,
  'Promise.race': `return Promise.race([contract.echo(1), new Promise(() => {})])`,
  'Promise.any': `return Promise.any([contract.failNow('x'), contract.echo(1)])`,
  'for await': `for await (const value of [contract.echo(1)]) return value`,
  'async generator': `return (await (async function* () { yield contract.echo(1) })().next()).value`,
  thenable: `return { then(resolve) { resolve(contract.echo(1)) } }`,
  'thenable that is awaited': `return await { then(resolve) { contract.echo(1).then(resolve) } }`,
  'a class of its own': `class Own extends Promise {} return Own.resolve(contract.echo(1))`,
  finally: `return contract.echo(1).finally(() => across.echo(2))`,
  catch: `return contract.failNow('x').catch(() => contract.echo(1))`,
  timer: `return new Promise((resolve) => { setTimeout(() => resolve(contract.echo(1)), 1) })`,
};

async function everyWaitEnds(lane: ContractLane): Promise<void> {
  const cases = Object.entries(waits)
    .map(([name, body]) => `[${JSON.stringify(name)}, async () => { ${body} }]`)
    .join(',');
  const seen = await valueAs(
    lane,
    'ann',
    `const cases = [${cases}];
     return Promise.all(cases.map(async ([name, wait]) => [name, await wait()]))`,
  );
  deepEqual(
    seen,
    Object.keys(waits).map((name) => [name, 1]),
  );
}

async function runsToCompletion(lane: ContractLane): Promise<void> {
  const order = await valueAs(
    lane,
    'ann',
    `const order = [];
     const all = [
       contract.echo(1).then(() => order.push('reply')),
       across.echo(1).then(() => order.push('reply')),
       contract.callBack(async () => { order.push('callback'); return [] }),
       new Promise((resolve) => { setTimeout(() => { order.push('timer'); resolve() }, 0) }),
     ];
     queueMicrotask(() => order.push('microtask'));
     const until = Date.now() + 30;
     while (Date.now() < until);
     order.push('end of the turn');
     await Promise.all(all);
     return order.slice(0, 2)`,
  );
  deepEqual(order, ['end of the turn', 'microtask']);
}

async function noTurnInATurn(lane: ContractLane): Promise<void> {
  const source = `
    let running = 0;
    let most = 0;
    export default async (_, { host: { contract } }) => {
      for (let turn = 0; turn < 5; turn++) {
        running += 1;
        most = Math.max(most, running);
        const until = Date.now() + 2;
        while (Date.now() < until);
        running -= 1;
        await contract.whoLater(1);
      }
      return most;
    }`;
  const program = await lane.prepare({ source });
  const outcomes = await Promise.all(
    ['ann', 'bob', 'cid'].map((label) => runAs(lane, label, { program })),
  );
  deepEqual(outcomes.map(valueOf), [1, 1, 1]);
}

const spins = `for (;;) await null`;

async function spinningIsCut(lane: ContractLane): Promise<void> {
  const neighbour = await prepare(lane, `return contract.gate.wait('39')`, { tenant: 'globex' });
  const waiting = runAs(lane, 'ann', { program: neighbour });
  await lane.call('contract.gate.arrived', '39');
  const program = await prepare(lane, spins, { limits: { cpuMs: 100 } });
  const spun = await runAs(lane, 'bob', { program });
  await lane.call('contract.gate.open', '39');
  assertCutOff(spun);
  equal(codeOf(await waiting), 'ok');
  equal(await valueAs(lane, 'cid', `return contract.who()`), 'cid');
}

async function neighbourOfCut(lane: ContractLane): Promise<void> {
  const source = guest(`
    if (input === 'waits') return contract.gate.wait('39 realm');
    if (input === 'spins') { ${spins} }
    return contract.who()`);
  const program = await lane.prepare({ source, limits: { cpuMs: 100 } });
  const waiting = runAs(lane, 'ann', { program, input: 'waits' });
  await lane.call('contract.gate.arrived', '39 realm');
  const spun = await runAs(lane, 'bob', { program, input: 'spins' });
  await lane.call('contract.gate.open', '39 realm');
  assertCutOff(spun);
  assertPromised(lane, 'neighbourOfCut', codeOf(await waiting));
  equal(valueOf(await runAs(lane, 'cid', { program })), 'cid');
}

async function modulesLoad(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({
    source: `
      import { one } from './one.js';
      await null;
      const two = await import('./two.js');
      export default async (_, { host: { contract } }) => {
        const three = await import('./three.js');
        const missing = await import('./missing.js').catch((error) => error.code);
        return [one, two.default, three.three(), missing, await contract.who()];
      }`,
    modules: {
      './one.js': `export const one = await Promise.resolve(1);`,
      './two.js': `import { one } from './one.js'; export default one + 1;`,
      './three.js': `await null; export const three = () => 3;`,
    },
  });
  const outcome = await runAs(lane, 'ann', { program });
  deepEqual(valueOf(outcome), [1, 2, 3, 'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND', 'ann']);
}

/** Guests that wait for what nothing can settle. */
const neverSettling: Readonly<Record<string, string>> = {
  'a promise of its own': guest(`return new Promise(() => {})`),
  'it behind a host call': guest(`await contract.who(); await new Promise(() => {})`),
  'it behind a timer': guest(
    `await new Promise((resolve) => { setTimeout(resolve, 1) }); await new Promise(() => {})`,
  ),
  'a race of nothing': guest(`return Promise.race([])`),
  'a top-level await': `await new Promise(() => {}); export default () => 1`,
};

/** Properties 21, and 37 to 40. */
export const turns: readonly ContractSentence[] = [
  {
    property: 21,
    sentence: 'a guest that another job wakes up goes on in its own context',
    run: wokenByAnother,
  },
  {
    property: 21,
    sentence:
      'a guest that waits for a promise of another job of its realm goes on in its own context',
    run: wokenInItsRealm,
    only: { warmth: 'warm' },
  },
  {
    property: 37,
    sentence: 'every way to wait for a promise of a host call ends',
    run: everyWaitEnds,
  },
  {
    property: 38,
    sentence: 'no reply, timer or callback runs in the middle of a turn',
    run: runsToCompletion,
  },
  {
    property: 38,
    sentence: 'no job runs in the middle of a turn of another one',
    run: noTurnInATurn,
  },
  {
    property: 39,
    sentence:
      'a guest whose microtasks never end is cut off, and a job of another tenant is not disturbed',
    run: spinningIsCut,
  },
  {
    property: 39,
    sentence: `${engineDifferences.neighbourOfCut.what}: as the engine promises`,
    run: neighbourOfCut,
    only: {
      warmth: 'warm',
    },
  },
  { property: 40, sentence: 'modules with top-level awaits and import() load', run: modulesLoad },
  ...Object.entries(neverSettling).map(([what, source]) => ({
    property: 40,
    sentence: `a guest that waits for ${what} ends at once, as one that never settles`,
    run: async (lane: ContractLane) => {
      const program = await lane.prepare({ source });
      equal(codeOf(await runAs(lane, 'ann', { program })), 'ERR_WAYBILL_GUEST_NEVER_SETTLES');
    },
    only: { warmth: 'fresh' } as const,
  })),
  {
    property: 40,
    sentence:
      'a guest of a deployed function that waits for a promise of its own has until its deadline: a job to come may settle it',
    run: async (lane) => {
      const program = await prepare(lane, `return new Promise(() => {})`, {
        limits: { wallMs: 300 },
      });
      equal(codeOf(await runAs(lane, 'ann', { program })), 'ERR_WAYBILL_DEADLINE_EXCEEDED');
    },
    only: { warmth: 'warm' },
  },
];
