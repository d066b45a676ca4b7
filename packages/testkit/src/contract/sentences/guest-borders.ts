import { deepEqual, equal } from 'node:assert/strict';
import { type ContractContext, within } from '../context.ts';
import { assertPromised, engineDifferences } from '../engine-differences.ts';
import { eachSeesItself, guest, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const secret = 'sesame-4711';

/** Runs `fn` where every variable and store is set. */
function inEverything<R>(context: ContractContext, fn: () => R): R {
  const { hint, token, session, plan } = context;
  const inner = (): R => session.run({ user: secret }, () => token.run(secret, fn));
  const outer = (): R => plan.run({ name: 'gold', tags: ['a'] }, () => hint.run('hint', inner));
  return within(context, 'ann', outer);
}

const readsAll = guest(`
  const names = ['tenant', 'hint', 'plan', 'trace', 'token', 'session', 'contract.request', 'foreign', '__proto__', 'constructor'];
  return { names: [...context.names].toSorted(), read: names.map((name) => [context.has(name), context.get(name)]) }`);

async function guestReadsItsOwn(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: readsAll });
  const seen = valueOf(await inEverything(lane.context, () => program.run()));
  const hidden = Array.from({ length: 7 }, () => [false, undefined]);
  const plan = { name: 'gold', tags: ['a'] };
  deepEqual(seen, {
    names: ['hint', 'plan', 'tenant'],
    read: [[true, 'ann'], [true, 'hint'], [true, plan], ...hidden],
  });
}

async function guestCannotAlter(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `const refused = [];
     const attempts = [
       () => { context.get('plan').name = 'x' },
       () => { context.get('plan').tags.push('x') },
       () => { context.get = () => 'x' },
       () => { context.names.push('x') },
       () => { Object.setPrototypeOf(context, { tenant: 'x' }) },
       () => { contract.who = () => 'x' },
       () => { Object.defineProperty(host, 'contract', { value: {} }) },
       () => { contract.who.call = () => 'x' },
     ];
     for (const attempt of attempts) {
       try { attempt(); refused.push('done') } catch (error) { refused.push(error.name) }
     }
     return { refused, plan: context.get('plan'), seen: await contract.plan(), who: await contract.who() }`,
  );
  const { context } = lane;
  const plan = { name: 'gold', tags: ['a'] };
  const outcome = await context.plan.run(plan, () => runAs(lane, 'ann', { program }));
  const refused = Array.from({ length: 8 }, () => 'TypeError');
  deepEqual(valueOf(outcome), { refused, plan, seen: plan, who: 'ann' });
  deepEqual(plan, { name: 'gold', tags: ['a'] });
}

/** Claims to be somebody else, in every way that a call has. */
const forgeries = `
  const fake = { jobId: 'bob', id: 1, tenant: 'bob', context: { tenant: 'bob' } };
  return Promise.all([
    contract.who(fake),
    contract.who('bob', 1, { jobId: 'bob' }),
    contract.who.apply(fake, [fake]),
    Reflect.apply(contract.who, fake, []),
    new Proxy(contract.who, { apply: (target, _self, args) => target(...args, fake) })(),
    Object.create(contract, { tenant: { value: 'bob' } }).who(),
    contract.callBack.call(fake, async () => [await contract.who(fake)]).then((seen) => seen[1]),
  ])`;

async function noHostGlobals(lane: ContractLane): Promise<void> {
  const names = [
    'process',
    'require',
    'module',
    'Buffer',
    'global',
    'fetch',
    '__dirname',
    'structuredClone',
    'WebAssembly',
    'SharedArrayBuffer',
  ];
  const program = await prepare(lane, `return input.map((name) => typeof globalThis[name])`);
  const outcome = await runAs(lane, 'ann', { program, input: names });
  deepEqual(
    valueOf(outcome),
    names.map(() => 'undefined'),
  );
}

async function codeFromStrings(lane: ContractLane): Promise<void> {
  const seen = (await valueAs(
    lane,
    'ann',
    `const tries = [() => eval('1'), () => new Function('return 1')(), () => (async () => {}).constructor('return 1') && 1, () => (0, eval)('1')];
     return tries.map((make) => { try { return make() === 1 ? 'its value' : 'another value' } catch (error) { return error.name } })`,
  )) as string[];
  equal(seen.length, 4);
  for (const one of seen) assertPromised(lane, 'code', one);
}

const speaks = guest(`
  log(context.names, await contract.who(), await across.who());
  if (input) await contract.failSaying();
  return contract.level()`);

async function secretsStay(lane: ContractLane): Promise<void> {
  const heard: unknown[] = [];
  const names = [
    'job:admitted',
    'job:started',
    'job:logged',
    'host:called',
    'job:settled',
  ] as const;
  const stops = names.map((name) => lane.on(name, (event) => heard.push(event)));
  const program = await lane.prepare({ source: speaks });
  for (const input of [false, true]) {
    const outcome = await inEverything(lane.context, () => program.run(input));
    equal(outcome.ok, !input);
    const trail = JSON.stringify(outcome.trail);
    equal(trail.includes('["token","[secret]"]'), true);
    heard.push(outcome, outcome.ok ? [] : [outcome.error.stack, outcome.error.stackOf]);
  }
  for (const stop of stops) stop();
  equal(JSON.stringify(heard).includes(secret), false);
}

async function sees(lane: ContractLane, expected: object): Promise<void> {
  const program = await prepare(lane, `return contract.seen()`);
  const seen = valueOf(await inEverything(lane.context, () => program.run()));
  deepEqual(seen, { tenant: 'ann', trace: 'ann', request: { id: 'ann' }, ...expected });
}

const notCarried = { hint: 'hint', token: secret, session: { user: secret }, foreign: 'ann' };
const nothing = { hint: undefined, token: undefined, session: undefined, foreign: undefined };

/** Property 44. */
export const guestBorders: readonly ContractSentence[] = [
  {
    property: 44,
    sentence: 'a guest reads and lists what is declared for guests, and nothing else',
    run: guestReadsItsOwn,
  },
  {
    property: 44,
    sentence: 'a host function of a pool thread sees what is carried there, and nothing else',
    run: (lane) => sees(lane, nothing),
    only: { place: 'worker' },
  },
  {
    property: 44,
    sentence: 'a host function of the submitting thread sees all that is set, carried or not',
    run: (lane) => sees(lane, notCarried),
    only: { place: 'submitter' },
  },
  {
    property: 44,
    sentence: 'a guest changes neither its context nor its host functions',
    run: guestCannotAlter,
  },
  {
    property: 44,
    sentence: 'whatever a guest passes, a host function sees the job that called',
    run: (lane) => eachSeesItself(lane, 7, forgeries),
  },
  { property: 44, sentence: 'a guest finds no global of Node.js', run: noHostGlobals },
  {
    property: 44,
    sentence: `${engineDifferences.code.what}: as the engine promises`,
    run: codeFromStrings,
  },
  {
    property: 44,
    sentence: 'a secret is in no outcome, log, trail, event or error',
    run: secretsStay,
  },
];
