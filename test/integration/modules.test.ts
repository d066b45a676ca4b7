import { type JobSpec, unwrap } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const good: readonly (readonly [what: string, job: JobSpec, value: unknown])[] = [
  [
    'imports of every form',
    {
      source: `
        import def, { named, renamed as other } from './all';
        import * as everything from './all';
        import './effect';
        export default () => [def, named, other, Object.keys(everything).sort(), globalThis.effect];`,
      modules: {
        './all': `export default 'd'; export const named = 'n'; const r = 'r'; export { r as renamed };`,
        './effect': `globalThis.effect = 'seen'`,
      },
    },
    ['d', 'n', 'r', ['default', 'named', 'renamed'], 'seen'],
  ],
  [
    're-exports and paths that are relative to the importer',
    {
      source: `import { deep, star } from './a/index'; export default () => [deep, star]`,
      modules: {
        './a/index': `export { deep } from './b/deep'; export * from '../star';`,
        './a/b/deep': `export const deep = 'deep'`,
        './star': `export const star = 'star'`,
      },
    },
    ['deep', 'star'],
  ],
  [
    'top-level await, in order',
    {
      source: `import { order } from './slow'; order.push('main'); export default () => order`,
      modules: {
        './slow': `export const order = []; await new Promise((done) => { setTimeout(done, 2) }); order.push('slow');`,
      },
    },
    ['slow', 'main'],
  ],
  [
    'import() with a name that is computed',
    {
      source: `export default async (name) => (await import('./' + name)).value`,
      modules: { './one': `export const value = 1`, './two': `export const value = 2` },
      input: 'two',
    },
    2,
  ],
  [
    'live bindings and cycles',
    {
      source: `import { count, add } from './count'; export default () => { add(); add(); return count }`,
      modules: {
        './count': `import { step } from './step'; export let count = 0; export const add = () => { count += step() };`,
        './step': `import { count } from './count'; export const step = () => count + 1;`,
      },
    },
    3,
  ],
  [
    'a module that is evaluated once, whoever imports it',
    {
      source: `import './a'; import './b'; await import('./once'); export default () => globalThis.times`,
      modules: {
        './a': `import './once'`,
        './b': `import './once'`,
        './once': `globalThis.times = (globalThis.times ?? 0) + 1`,
      },
    },
    1,
  ],
  [
    'nothing but an expression of its input',
    { source: `input.price * 2`, sourceType: 'expression', input: { price: 21 } },
    42,
  ],
  [
    'an expression that awaits and logs',
    {
      source: `[await null, log('here'), context.has('tenant'), typeof host]`,
      sourceType: 'expression',
    },
    [null, undefined, false, 'object'],
  ],
];

test.each(good)('a program may have %s', async (_what, job, value) => {
  await withOrchestrator({}, async (waybill) => {
    expect(unwrap(await waybill.run(job))).toEqual(value);
  });
});

test('a deployed function may have modules, and evaluates them once in its thread', async () => {
  await withOrchestrator({}, async (waybill) => {
    const deployment = await waybill.deploy({
      name: 'f',
      source: `import { next } from './counter'; await null; export default () => next()`,
      modules: { './counter': `let count = 0; export const next = () => ++count` },
    });
    const outcomes = await Promise.all([1, 2, 3].map(() => deployment.run()));
    expect(outcomes.map(unwrap)).toEqual([1, 2, 3]);
  });
});

const bad: readonly (readonly [what: string, job: JobSpec, error: object])[] = [
  [
    'import() finds nothing',
    { source: `export default () => import('./nowhere')` },
    { code: 'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND' },
  ],
  [
    'a built-in of Node is imported',
    { source: `import 'node:fs'; export default () => 1` },
    { code: 'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND' },
  ],
  [
    'a name is imported that is not exported',
    {
      source: `import { missing } from './a'; export default () => missing`,
      modules: { './a': 'export const there = 1' },
    },
    { code: 'ERR_WAYBILL_GUEST_SYNTAX' },
  ],
  [
    'a module throws while it is evaluated',
    {
      source: `import './a'; export default () => 1`,
      modules: { './a': `throw new RangeError('at the top')` },
    },
    { code: 'ERR_WAYBILL_GUEST_THREW', details: { name: 'RangeError' } },
  ],
  [
    'a module loops while it is evaluated',
    { source: `for (;;); export default () => 1`, limits: { cpuMs: 50 } },
    { code: 'ERR_WAYBILL_GUEST_CPU_LIMIT' },
  ],
];

test.each(bad)('a program fails in a typed way where %s', async (_what, job, error) => {
  await withOrchestrator({}, async (waybill) => {
    expect(await waybill.run(job)).toMatchObject({
      ok: false,
      error: { ...error, blame: 'guest' },
    });
    expect(unwrap(await waybill.run({ source: 'export default () => 1' }))).toBe(1);
  });
});

test('the stack of an error names the module and its own line', async () => {
  await withOrchestrator({}, async (waybill) => {
    const outcome = await waybill.run({
      source: `import { fail } from './lib/fail';\n\nexport default () => fail();`,
      modules: { './lib/fail': `export function fail() {\n  throw new Error('deep');\n}` },
    });
    const stack = outcome.ok ? '' : (outcome.error.stackOf.guest ?? '');
    expect(stack).toMatch(/fail.*lib\/fail:2:\d+/);
    expect(stack).toMatch(/:3:\d+/);
  });
});
