import { unwrap } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const notCarriable = 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE';
const tooLarge = 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE';
const threw = 'ERR_WAYBILL_GUEST_THREW';

const megabytes1000 = `Array.from({ length: 1000 }, () => 'x'.repeat(2 ** 20))`;

const odd: readonly (readonly [what: string, body: string, code: string])[] = [
  // The hardened realm has none: the addon's copying paths abort on one.
  ['a Float16Array', `return new Float16Array(4)`, threw],
  ['a Proxy', `return new Proxy({ a: 1 }, {})`, notCarriable],
  ['a Proxy inside an array', `return [1, [new Proxy([], {})]]`, notCarriable],
  [
    'a revoked Proxy',
    `const r = Proxy.revocable({}, {}); r.revoke(); return { r: r.proxy }`,
    notCarriable,
  ],
  ['a getter that loops', `return { get a() { for (;;); } }`, 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  ['a getter that throws', `return { get a() { throw new Error('from the getter') } }`, threw],
  ['a function', `return { deep: [() => 1] }`, notCarriable],
  ['a symbol', `return Symbol('s')`, notCarriable],
  ['a cycle', `const a = {}; a.a = a; return a`, notCarriable],
  ['a WeakMap', `return new WeakMap()`, notCarriable],
  ['a promise inside an object', `return { p: Promise.resolve(1) }`, notCarriable],
  [
    'what is nested too deeply',
    `let a = 1; for (let i = 0; i < 1e5; i++) a = [a]; return a`,
    notCarriable,
  ],
  ['a string of 1 MB a thousand times', `return ${megabytes1000}`, tooLarge],
  [
    'the same string of 1 MB a thousand times',
    `return Array(1000).fill('x'.repeat(2 ** 20))`,
    tooLarge,
  ],
  ['an array as long as there can be', `const a = []; a.length = 2 ** 32 - 1; return a`, tooLarge],
  ['a typed array of 100 MB', `return new Uint8Array(100 * 2 ** 20)`, tooLarge],
  ['a BigInt of a million digits', `return 1n << 40_000_000n`, tooLarge],
];

test.each(odd)(
  'a guest that returns %s ends with one typed guest error',
  async (_what, body, code) => {
    await withOrchestrator(
      { limits: { memoryBytes: 128 * 2 ** 20, cpuMs: 2_000, wallMs: 20_000 } },
      async (waybill) => {
        let settledCount = 0;
        waybill.on('job:settled', () => void (settledCount += 1));
        const outcome = await waybill.run({ source: `export default () => { ${body} }` });
        expect(outcome.ok ? 'ok' : outcome.error.code).toBe(code);
        expect(outcome.ok ? '' : outcome.error.blame).toBe('guest');
        expect(settledCount).toBe(1);
        // The tenant's next job finds everything in order.
        expect(unwrap(await waybill.run({ source: 'export default () => 1' }))).toBe(1);
      },
    );
  },
);

const thrown: readonly (readonly [what: string, value: string, said: string])[] = [
  ['a number', '42', '42'],
  ['undefined', 'undefined', 'undefined'],
  ['null', 'null', 'null'],
  ['a symbol', `Symbol('s')`, 'symbol'],
  ['a Proxy', `new Proxy(new Error('hidden'), { get() { throw new Error('trap') } })`, ''],
  ['an object without a prototype', `Object.create(null)`, ''],
  ['an error whose message is an object', `Object.assign(new Error(), { message: { a: 1 } })`, ''],
  [
    'an error with a getter that throws',
    `Object.defineProperty(new Error('m'), 'stack', { get() { throw 1 } })`,
    '',
  ],
  [
    'an error that is its own cause',
    `(() => { const e = new Error('own'); e.cause = e; return e })()`,
    'own',
  ],
  ['an error with a message of 10 MB', `new Error('x'.repeat(10 * 2 ** 20))`, 'xxx'],
];

test.each(thrown)(
  'a guest that throws %s ends with one ERR_WAYBILL_GUEST_THREW',
  async (_what, value, said) => {
    await withOrchestrator({}, async (waybill) => {
      const sources = [
        `export default () => { throw ${value}; }`,
        `export default async () => { await null; throw ${value}; }`,
        `export default () => Promise.reject(${value})`,
      ];
      for (const source of sources) {
        const outcome = await waybill.run({ source });
        expect(outcome).toMatchObject({ ok: false, error: { code: threw, blame: 'guest' } });
        const message = outcome.ok ? '' : outcome.error.message;
        expect(message).toContain(said);
        expect(message.length).toBeLessThan(10_000);
      }
    });
  },
);

test('results that are far too large do not grow the process', async () => {
  await withOrchestrator({ limits: { cpuMs: 5_000, wallMs: 20_000 } }, async (waybill) => {
    const source = `export default () => Array(1000).fill('x'.repeat(2 ** 20))`;
    await waybill.run({ source });
    const before = process.memoryUsage.rss();
    for (let round = 0; round < 10; round++) {
      const outcome = await waybill.run({ source });
      expect(outcome).toMatchObject({ error: { code: tooLarge } });
    }
    // One result in full would be 1,000 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
  });
});
