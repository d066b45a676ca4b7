import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';
import { type ModuleGraph, evaluateNatively } from './native-modules.fixture.ts';

const evaluatesText = 'evaluated text sees the module';

const cases: Record<string, ModuleGraph> = {
  'live bindings and namespaces': {
    main: `import { n, inc } from './b'; import * as ns from './b'; export default () => { inc(); inc(); return [n, ns.n, Object.keys(ns), ns[Symbol.toStringTag], typeof ns.nope]; }`,
    modules: {
      b: `export let n = 0; export function inc() { n++; } export { n as z, n as 'a string' };`,
    },
  },
  're-exports, stars and ambiguous names': {
    main: `import * as ns from 'b'; import d, { x as y } from 'b'; export default () => [Object.keys(ns), d, y, ns.inner.one, ns.own];`,
    modules: {
      b: `export * from 'c'; export * from 'd'; export { default, one as x } from 'c'; export * as inner from 'c'; export const own = 'b';`,
      c: `export const one = 1; export const both = 'c'; export const own = 'c'; export default 'cd';`,
      d: `export const two = 2; export const both = 'd';`,
    },
  },
  'a star cycle': {
    main: `import * as ns from 'b'; export default () => [Object.keys(ns), ns.fromB, ns.fromC];`,
    modules: {
      b: `export * from 'c'; export const fromB = 1;`,
      c: `export * from 'b'; export const fromC = 2;`,
    },
  },
  'imported names re-exported': {
    main: `import { f as g, ns, default as d } from 'b'; export default () => [g(), ns.f(), d];`,
    modules: {
      b: `import { f } from 'c'; import * as ns from 'c'; import d from 'c'; export { f, ns, d as default };`,
      c: `export function f() { return this === undefined; } export default 5;`,
    },
  },
  'names of default exports': {
    main: `import a from 'a'; import b from 'b'; import c from 'c'; import d from 'd'; import e from 'e'; export default () => [a.name, b.name, c.name, d.name, e.name, new b().x];`,
    modules: {
      a: `export default function () {}`,
      b: `export default class { x = 1 }`,
      c: `export default () => {}`,
      d: `export default (function () {})`,
      e: `export default async function* () {}`,
    },
  },
  'default expressions in all shapes': {
    main: `import a from 'a'; import b from 'b'; import c from 'c'; import d from 'd'; export default () => [a, b, c, d];`,
    modules: {
      a: `export default (1, 2)`,
      b: `export default /* a */ ({ a: 1 }).a // b\n;`,
      c: `const x = 1\nexport default x\n;[1].forEach(() => {})`,
      d: `let v = 1; export { v as default }; v = 2;`,
    },
  },
  'functions hoist through cycles, bindings do not': {
    main: `import { seen } from 'b'; export function hoisted() { return 'up'; } export const late = 1; export default () => seen;`,
    modules: {
      b: `import { hoisted, late } from 'main'; let tdz; try { late; } catch (error) { tdz = error.name; } export const seen = [hoisted(), tdz];`,
    },
  },
  'a hoisted default in a cycle': {
    main: `import { seen } from 'b'; export default function () { return seen; }`,
    modules: { b: `import f from 'main'; export const seen = [typeof f, f.name];` },
  },
  'assignments to imports': {
    main: `import { x, o } from 'b'; import * as ns from 'b'; const t = (f) => { try { f(); return 'no error'; } catch (e) { return e.name; } };
      export default () => [t(() => { x = 2; }), t(() => { x++; }), t(() => { [x] = [1]; }), t(() => { ({ x } = { x: 1 }); }), t(() => { ({ x = 1 } = {}); }), t(() => { for (x of [1]); }), t(() => { ns.x = 1; }), t(() => { ns = 1; }), t(() => { delete ns.x; }), t(() => { ns.fresh = 1; }), x, (o.p = 3, o.p)];`,
    modules: { b: `export let x = 1; export const o = {};` },
  },
  'shadowed names, shorthands and patterns': {
    main: `import { x, f } from 'b'; export default () => { const r = [{ x, f: f() }]; { let x = 'inner'; r.push({ x }); } const g = (x) => x; r.push(g(2), (({ x = 5 }) => x)({}), (function () { try { throw 7; } catch (x) { return x; } })()); label: for (const x of [3]) { r.push(x); break label; } r.push(\`\${x}\`, typeof x, class { static x = x; }.x); return r; };`,
    modules: { b: `export const x = 'outer'; export const f = () => 'called';` },
  },
  'statements without semicolons': {
    main: `import { f, tag } from 'b'\nconst a = 1\nf(a)\nexport { a }\n;[1].map(f)\nconst b = a\nexport { b }\n(0, f)(b)\nlet c = f\ntag\`x\`\nexport default () => [a, b, typeof c, f.calls]\n`,
    modules: {
      b: `export const f = (x) => { f.calls.push(x); return f }; f.calls = []; export const tag = (strings) => f.calls.push(strings[0])`,
    },
  },
  'calls without a receiver, optional, tagged and constructed': {
    main: `import { whatThis, Class, nothing } from 'b'; export default () => [whatThis(), whatThis?.(), whatThis\`x\`, new Class().ok, new Class('a').constructor === Class, nothing?.(), nothing?.x];`,
    modules: {
      b: `export function whatThis() { return String(this); } export class Class { ok = 1 } export const nothing = undefined;`,
    },
  },
  'comments that scripts know': {
    main: `let a = 3, b = 1; export default () => [a < !--b, a, a-->b, "<!-- -->", \`<!--\`, /<!--/.source];`,
    modules: {},
  },
  'what looks like an HTML comment': {
    main: `let a = 3, b = 1; export default () => a<!--b;`,
    modules: {},
  },
  'a hashbang': { main: `#!/usr/bin/env node\nexport default () => 'ran';`, modules: {} },
  'meta, dynamic imports and their failures': {
    main: `import './side'; export default async () => { const b = await import('./b'); const bare = 'b'; const again = await import(bare); const bad = await import('./bad').catch((e) => e.message); return [import.meta.url, b.url, b === again, bad, globalThis.order]; };`,
    modules: {
      side: `globalThis.order = ['side'];`,
      b: `globalThis.order.push('b'); export const url = import.meta.url;`,
      bad: `throw new RangeError('while evaluating');`,
    },
  },
  'top-level await holds up importers and not siblings': {
    main: `import 'a'; import 'b'; import { v } from 'c'; order.push('main'); export default () => [order, v];`,
    modules: {
      a: `globalThis.order = ['a1']; await null; await null; order.push('a2');`,
      b: `order.push('b');`,
      c: `import 'a'; order.push('c'); export let v = 'before'; v = await Promise.resolve('after');`,
    },
  },
  'evaluation stops at the module that throws': {
    main: `import 'a'; import 'b'; import 'c'; export default () => 'not reached';`,
    modules: {
      a: `globalThis.order = ['a'];`,
      b: `throw new RangeError('b');`,
      c: `throw new TypeError('c, which must not run');`,
    },
  },
  'a name that is missing': {
    main: `import { nope } from 'b'; export default () => nope;`,
    modules: { b: `export const a = 1;` },
  },
  'an ambiguous name': {
    main: `import { both } from 'b'; export default () => both;`,
    modules: {
      b: `export * from 'c'; export * from 'd';`,
      c: `export const both = 1;`,
      d: `export const both = 2;`,
    },
  },
  'odd export names': {
    main: `import * as ns from 'b'; export default () => [Object.keys(ns), ns['__proto__'], ns.constructor, ns.then];`,
    modules: { b: `const a = 1, c = 2; export { a as __proto__, c as constructor, a as then };` },
  },
  'destructured, async and generator exports': {
    main: `import { a, r, f, g } from 'b'; export default async () => [a, r, await f(), [...g()]];`,
    modules: {
      b: `export const { a, ...r } = { a: 1, b: 2, c: 3 }, [x = 4] = []; export async function f() { return x; } export function* g() { yield 1; yield 2; }`,
    },
  },
  'resources that dispose themselves': {
    main: `import { log } from 'b'; export default () => log;`,
    modules: {
      b: `export const log = []; { using a = { [Symbol.dispose]() { log.push('a'); } }; log.push('in'); } await using c = { async [Symbol.asyncDispose]() { log.push('c'); } }; log.push('end');`,
    },
  },
  'strict mode and this': {
    main: `export default (() => [typeof this, (function () { return typeof this; })()])`,
    modules: {},
  },
  // Not with the engine `realm`: it takes no code from strings.
  [evaluatesText]: {
    main: `import { x } from 'b'; const own = 2; export default () => [eval('own'), typeof x];`,
    modules: { b: `export const x = 1;` },
  },
};

async function ours(guest: TestIsolate, { main, modules }: ModuleGraph): Promise<object> {
  try {
    const { value, error } = await guest.run(main, { modules });
    if (error === undefined) return { value: JSON.parse(JSON.stringify(value ?? null)) as unknown };
    if (error.code === 'ERR_WAYBILL_GUEST_SYNTAX') return { error: 'SyntaxError' };
    return { error: error.details['name'] ?? error.message };
  } catch (error) {
    return {
      error:
        (error as { code?: string }).code === 'ERR_WAYBILL_GUEST_SYNTAX' ? 'SyntaxError' : error,
    };
  }
}

describe('a program means here what it means to Node itself', () => {
  test('in every corner of the module syntax', async () => {
    await using guest = new TestIsolate();
    const native = await evaluateNatively(Object.values(cases));
    const made: Record<string, object> = {};
    for (const [name, graph] of Object.entries(cases)) made[name] = await ours(guest, graph);
    const expected: Record<string, unknown> = Object.fromEntries(
      Object.keys(cases).map((name, index) => [name, native[index]]),
    );
    if (guest.engine === 'realm') expected[evaluatesText] = { error: 'EvalError' };
    expect(made).toEqual(expected);
  });

  test('in random graphs of imports, re-exports, stars, cycles and awaits', async () => {
    await using guest = new TestIsolate();
    const seed = Date.now() % 2 ** 31;
    const graphs = fc.sample(randomGraph, { numRuns: 60, seed });
    const native = await evaluateNatively(graphs);
    for (const [index, graph] of graphs.entries()) {
      expect({ seed, graph, ...(await ours(guest, graph)) }).toEqual({
        seed,
        graph,
        ...native[index],
      });
    }
  });
});

const names = ['main', 'a', 'b', 'c'];
const statement = (self: string): fc.Arbitrary<string> => {
  const from = fc.constantFrom(...names.filter((name) => name !== self && name !== 'main'));
  return fc.oneof(
    from.map((name) => `import '${name}';`),
    from.map((name) => `export * from '${name}';`),
    from.map((name) => `export * as ${name}From${self} from '${name}';`),
    from.map((name) => `export { ${name}Value as ${self}Gets${name} } from '${name}';`),
    from.map(
      (name) =>
        `import { ${name}Fn as f_${name} } from '${name}'; order.push('${self}:' + f_${name}());`,
    ),
    fc.constant(`order.push('${self} ran');`),
  );
};
const moduleText = (self: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.uniqueArray(statement(self), { maxLength: 4 }), fc.constantFrom('', 'await null;'))
    .map(
      ([lines, waits]) => `globalThis.order ??= [];
        ${lines.join('\n')}
        ${waits}
        export let ${self}Value = '${self} value'; export function ${self}Fn() { return '${self} fn'; }`,
    );
const randomGraph: fc.Arbitrary<ModuleGraph> = fc
  .tuple(moduleText('main'), moduleText('a'), moduleText('b'), moduleText('c'))
  .map(([main, a, b, c]) => ({
    main: `import * as all from 'a'; ${main} export default () => [order, Object.keys(all), Object.values(all).map(String.call.bind(Object.prototype.toString))];`,
    modules: { a, b, c },
  }));
