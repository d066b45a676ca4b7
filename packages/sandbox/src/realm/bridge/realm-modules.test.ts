import { expect, test, vi } from 'vitest';
import { runHere } from './realm.fixture.ts';

// Each test starts processes, which takes its time where others do the same.
vi.setConfig({ testTimeout: 60_000 });

const prologue = `
  import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
  import { Script, SourceTextModule } from 'node:vm';
  import { TestRealm, makeContext } from './realm.fixture.ts';
  using realm = new TestRealm();
  const { bridge, context } = realm;
  const module = async (source) => {
    const made = new SourceTextModule(source, { context, importModuleDynamically: bridge.importHook(load) });
    await made.link(() => { throw new Error('no imports'); });
    return made;
  };
  const evaluated = async (source) => {
    const made = await module(source);
    await made.evaluate();
    return made;
  };
  const isOfHost = 'const isOfHost = (e) => e.constructor.constructor("return typeof process")() !== "undefined";';
  async function load(specifier) {
    if (specifier === 'slow') for (let turns = 0; turns < 20; turns++) await turn();
    if (specifier === 'gone') throw Object.assign(new RangeError('no such module'), { code: 'E1' });
    if (specifier === 'raw') return module('export const a = 1');
    if (specifier === 'nothing') return undefined;
    if (specifier === 'then') return evaluated('export const then = (ok) => ok(ok)');
    if (specifier === 'throws') return evaluated('throw new RangeError("mine")');
    if (specifier === 'awaits') return evaluated('export const a = await (async () => { await null; return 2; })()');
    if (specifier === 'nested') return evaluated('export const a = (await import(String("slow"))).a + 2');
    return evaluated('export const a = 1');
  }
`;

async function lines(body: string): Promise<string[]> {
  const ended = await runHere(prologue + body, ['--experimental-vm-modules']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout.trim().split('\n');
}

test('a module with top-level awaits evaluates, also where it awaits the host', async () => {
  const printed = await lines(`
    console.log((await evaluated('export const a = 1')).namespace.a);
    console.log((await evaluated('await null; export const a = await Promise.all([1, 2])')).namespace.a.join());
    realm.give({ later: bridge.toGuest(delay(10, 'later')) });
    console.log((await evaluated('export const a = await later')).namespace.a);
  `);
  expect(printed).toEqual(['1', '1,2', 'later']);
});

test('a module may be evaluated a second time, which drains like any evaluation', async () => {
  const printed = await lines(`
    const made = await evaluated('globalThis.order = []; Promise.resolve().then(() => order.push("first"))');
    realm.start('await null; order.push("second")');
    await made.evaluate();
    console.log(realm.run('order.join()'));
    console.log(await realm.value('await null; return "third"'));
  `);
  expect(printed).toEqual(['first,second', 'third']);
});

test('a module whose top-level awaits spin is cut off by the limit of its evaluation', async () => {
  const printed = await lines(`
    const made = await module('for (;;) await null');
    await made.evaluate({ timeout: 50 }).catch((error) => console.log(error.code));
  `);
  expect(printed).toEqual(['ERR_SCRIPT_EXECUTION_TIMEOUT']);
});

test('import() gives modules that take their time, await at top level and import others', async () => {
  const printed = await lines(`
    for (const name of ['fast', 'slow', 'awaits', 'nested']) {
      const script = new Script('(async () => (await import("' + name + '")).a)()', {
        importModuleDynamically: bridge.importHook(load),
      });
      console.log(name, await bridge.toHost(script.runInContext(context)));
    }
  `);
  expect(printed).toEqual(['fast 1', 'slow 1', 'awaits 2', 'nested 3']);
});

test('import() that fails rejects with an error of the guest', async () => {
  const printed = await lines(`
    for (const name of ['gone', 'raw', 'nothing', 'then', 'throws']) {
      const source = isOfHost + '(async () => { try { await import("' + name + '"); } catch (e) { return [isOfHost(e), e.name, e.message, String(e.code)].join(); } })()';
      const script = new Script('{' + source + '}', { importModuleDynamically: bridge.importHook(load) });
      console.log(await bridge.toHost(script.runInContext(context)));
    }
  `);
  expect(printed).toEqual([
    'false,RangeError,no such module,E1',
    expect.stringContaining('false,TypeError,module raw was not evaluated'),
    expect.stringContaining('false,TypeError'),
    expect.stringContaining('false,TypeError,module then exports then'),
    'false,RangeError,mine,undefined',
  ]);
});
