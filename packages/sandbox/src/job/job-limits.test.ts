import { defaultLimits, parcelLimits, writeParcel } from '@waybill/protocol';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';
import type { GuestJob } from './guest-job.ts';

const host = {
  echo: (value: unknown) => value,
  never: () => new Promise(() => {}),
  large: () => 'x'.repeat(9 * 2 ** 20),
};

test('a guest that loops, before or after an await, ends at its cpu limit and the isolate goes on', async () => {
  await using _leaks = leakCheck();
  await using guest = new TestIsolate({ host });
  const limits = { cpuMs: 100 };
  const loops = [
    'for (;;);',
    'await host.echo(1); for (;;);',
    'await null; for (;;) await null;',
    'return { get a() { for (;;); } };',
    'return { toJSON() { for (;;); } };',
    'for (;;) { const x = new Array(1000); x[5] = 1; }',
  ];
  for (const loop of loops) {
    const source = `export default async (input, { host }) => { ${loop} }`;
    const { code, job } = await guest.run(source, { limits });
    if (loop.includes('toJSON')) expect(code).toBe('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE');
    else {
      // On a machine that is busy with other tests it may be cut off before it had its computing time.
      expect(code, loop).toMatch(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/);
      expect(job.cutBy).toBe('interrupt');
    }
  }
  expect(await guest.value('export default () => 1')).toBe(1);
});

test('many short turns add up to the cpu limit', async () => {
  await using guest = new TestIsolate({ host });
  const { code } = await guest.run(
    `export default async (input, { host }) => { for (;;) { const end = Date.now() + 20; while (Date.now() < end); await host.echo(1); } }`,
    { limits: { cpuMs: 200 } },
  );
  expect(code).toBe('ERR_WAYBILL_GUEST_CPU_LIMIT');
});

test('the deadline says whether the guest waited for the host or for itself', async () => {
  await using guest = new TestIsolate({ host });
  const limits = { wallMs: 60 };
  const run = (body: string): Promise<{ code: string | undefined }> =>
    guest.run(`export default (input, { host }) => ${body}`, { limits });
  expect((await run('host.never()')).code).toBe('ERR_WAYBILL_HOST_FUNCTION_TIMEOUT');
  expect((await run('new Promise((done) => { setTimeout(done, 1e8); })')).code).toBe(
    'ERR_WAYBILL_DEADLINE_EXCEEDED',
  );
  expect((await run('{ host.never(); for (;;); }')).code).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
  expect((await run('{ throw 1 }')).code).toBe('ERR_WAYBILL_GUEST_THREW');
});

test.each([
  ['awaits a promise that nobody settles', 'await new Promise(() => {})'],
  ['awaits one after a host call', 'await host.echo(1); await new Promise(() => {})'],
  [
    'awaits one after a timer',
    'await new Promise((done) => { setTimeout(done, 1); }); await new Promise(() => {})',
  ],
  ['returns a thenable that does nothing', 'return { then() {} }'],
])('a guest that %s is told so at once', async (_what, body) => {
  await using guest = new TestIsolate({ host });
  const source = `export default async (input, { host }) => { ${body} }`;
  const { code } = await guest.run(source, { limits: { wallMs: 60_000 } });
  expect(code).toBe('ERR_WAYBILL_GUEST_NEVER_SETTLES');
});

test.each([
  ['waits for a host call', 'await host.never()'],
  ['waits for a timer', 'await new Promise((done) => { setTimeout(done, 1e8); })'],
  ['has an interval', 'setInterval(() => {}, 1e6); await new Promise(() => {})'],
  [
    'gave a function to the host',
    'await host.echo(() => 1).catch(() => {}); await new Promise(() => {})',
  ],
])('a guest that %s may yet be woken', async (_what, body) => {
  await using guest = new TestIsolate({ host });
  const source = `export default async (input, { host }) => { ${body} }`;
  const { code } = await guest.run(source, { limits: { wallMs: 200 } });
  expect(code).toMatch(/DEADLINE_EXCEEDED|HOST_FUNCTION_TIMEOUT/);
});

test('an isolate that runs out of memory blames the job whose turn it was and no other', async () => {
  await using guest = new TestIsolate({ engine: 'isolate', host, memoryBytes: 16 * 2 ** 20 });
  const waiting = deferred();
  const realm = await guest.isolate.openRealm();
  const innocent = guest.start(realm, 'export default (input, { host }) => host.never()', {
    host: { never: () => (waiting.resolve(), new Promise(() => {})) },
  });
  await waiting.promise;
  const culprit = await guest.run(
    'export default () => { const held = []; for (;;) held.push({ a: [1, 2, 3] }); }',
    { limits: { cpuMs: 20_000, wallMs: 20_000 } },
  );
  expect(culprit.code).toBe('ERR_WAYBILL_GUEST_MEMORY_LIMIT');
  expect((await guest.ended(innocent)).code).toBe('ERR_WAYBILL_ISOLATE_LOST');
  expect(guest.isolate.state).toBe('lost');
});

test('values that cannot leave the isolate are one typed error each', async () => {
  await using guest = new TestIsolate({ host });
  const refusals = [
    'new Proxy({}, {})',
    '[new Proxy([], {})]',
    'Proxy.revocable({}, {}).proxy',
    '() => 1',
    '{ a: [Symbol("s")] }',
    'Promise.resolve(1) && { p: Promise.resolve(1) }',
    'new WeakMap()',
    '/a/',
    '(() => { const a = []; a.push(a); return a; })()',
    '(() => { let a = 1; for (let i = 0; i < 1000; i++) a = [a]; return a; })()',
    '{ ["__proto__"]: 1 }',
  ];
  for (const value of refusals) {
    const { code } = await guest.run(`export default () => (${value})`);
    expect([value, code]).toEqual([value, 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE']);
  }
  const { code, error } = await guest.run('export default () => new Float16Array(1)');
  expect([code, error?.details['name']]).toEqual(['ERR_WAYBILL_GUEST_THREW', 'ReferenceError']);
});

test('a result that grows on its way out is refused before it grows', async () => {
  await using guest = new TestIsolate({ host });
  const bombs = [
    'Array(1000).fill("x".repeat(1e6))',
    '(() => { let a = ["x"]; for (let i = 0; i < 60; i++) a = [a, a]; return a; })()',
    '(() => { let a = {}; for (let i = 0; i < 60; i++) a = { a, b: a }; return a; })()',
    '(() => { const a = []; a.length = 2 ** 32 - 1; return a; })()',
    '(() => { const a = []; a.length = 8e6; return a; })()',
    'new Uint8Array(9 * 2 ** 20)',
    '[undefined, "\\u0000".repeat(5e6)]',
    '1n << 40000000n',
  ];
  await guest.run(`export default () => (${bombs[0]})`);
  const before = process.memoryUsage.rss();
  for (const bomb of bombs) {
    const limits = { cpuMs: 10_000, wallMs: 20_000 };
    const { code } = await guest.run(`export default () => (${bomb})`, { limits });
    expect([bomb, code]).toEqual([bomb, 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE']);
  }
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
});

test('shared maps that unfold without end cost their own isolate at most', async () => {
  await using guest = new TestIsolate({ host });
  const source =
    'export default () => { let a = new Map(); for (let i = 0; i < 60; i++) a = new Map([[a, a]]); return a; }';
  const { code } = await guest.run(source, { limits: { cpuMs: 4_000, wallMs: 15_000 } });
  expect(code).toMatch(/GUEST_(RESULT_TOO_LARGE|CPU_LIMIT|MEMORY_LIMIT)$/);
});

test('payloads just under the limit cross in both directions', async () => {
  await using guest = new TestIsolate({ host });
  const options = { limits: { inputBytes: 10e6, resultBytes: 10e6, hostCallBytes: 10e6 } };
  const text = 'x'.repeat(9 * 2 ** 20);
  const bytes = new Uint8Array(9 * 2 ** 20).map((_, index) => index);
  const echo = 'export default (input, { host }) => host.echo(input)';
  expect(await guest.value(echo, { ...options, input: text })).toBe(text);
  expect(
    Buffer.compare((await guest.value(echo, { ...options, input: bytes })) as Buffer, bytes),
  ).toBe(0);
});

test('a host call whose arguments or result are too large is refused', async () => {
  await using guest = new TestIsolate({ host });
  const codeOf = (call: string): Promise<unknown> =>
    guest.value(
      `export default async (input, { host }) => { try { await ${call}; } catch (error) { return error.code; } }`,
    );
  expect(await codeOf('host.echo("x".repeat(9 * 2 ** 20))')).toBe(
    'ERR_WAYBILL_HOST_CALL_TOO_LARGE',
  );
  expect(await codeOf('host.echo("ä".repeat(5 * 2 ** 20))')).toBe(
    'ERR_WAYBILL_HOST_CALL_TOO_LARGE',
  );
  expect(await codeOf('host.large()')).toBe('ERR_WAYBILL_HOST_RESULT_TOO_LARGE');
  expect(await codeOf('host.echo(Symbol())')).toBe('ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE');
  expect(await codeOf('host.echo(Array.from({ length: 1025 }, () => () => 1))')).toBe(
    'ERR_WAYBILL_HOST_CALL_LIMIT',
  );
});

test('host calls are limited in all and at once, and honest programs stay below', async () => {
  await using guest = new TestIsolate({ host });
  const flood = (count: number): string => `export default async (input, { host }) => {
    const codes = await Promise.all(Array.from({ length: ${count} }, () => host.echo(1).catch((error) => error.code)));
    return codes.filter((code) => code === 'ERR_WAYBILL_HOST_CALL_LIMIT').length;
  }`;
  // On a machine that is busy with other tests so many calls may take longer than a job has by itself.
  const unhurried = { limits: { cpuMs: 15_000, wallMs: 15_000 } };
  expect(await guest.value(flood(65))).toBe(1);
  expect(await guest.value(flood(10_000), unhurried)).toBe(10_000 - 64);
  const inRow = await guest.value(
    `export default async (input, { host }) => { let sum = 0; for (let i = 0; i < 5000; i++) sum += await host.echo(1); return sum; }`,
    unhurried,
  );
  expect(inRow).toBe(5_000);
  const { code } = await guest.run(
    `export default async (input, { host }) => { for (;;) await host.echo(1); }`,
    { limits: { hostCalls: 20 } },
  );
  expect(code).toBe('ERR_WAYBILL_HOST_CALL_LIMIT');
});

test('a guest that got around what the kit counts is stopped by what the host counts', async () => {
  await using guest = new TestIsolate({ host });
  const limits = { concurrentHostCalls: 2, timers: 2 };
  const codeAfter = async (send: (job: GuestJob, id: number) => void): Promise<unknown> => {
    const realm = await guest.isolate.openRealm();
    const job = guest.start(
      realm,
      'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
      {
        limits,
      },
    );
    for (let id = 1_001; id < 1_004; id++) send(job, id);
    return (await guest.ended(job)).code;
  };
  const args = writeParcel([], parcelLimits(defaultLimits, 100));
  const never = Object.keys(host).indexOf('never');
  expect(
    await codeAfter((job, id) =>
      job.message({ kind: 'call', id, n: never, a: args.text, b: args.bytes }),
    ),
  ).toBe('ERR_WAYBILL_HOST_CALL_LIMIT');
  expect(
    await codeAfter((job, id) => job.message({ kind: 'timer-set', id, n: 1e6, a: 'once', b: '' })),
  ).toBe('ERR_WAYBILL_TIMER_LIMIT');
});

test('timers are limited at once, and setting and clearing many is fine', async () => {
  await using _leaks = leakCheck();
  await using guest = new TestIsolate({ host });
  const { code } = await guest.run('export default () => { for (;;) setTimeout(() => {}, 1e6); }');
  expect(code).toBe('ERR_WAYBILL_TIMER_LIMIT');
  const nested = await guest.run(`export default () => {
    const ms = { valueOf() { if (--left > 0) setTimeout(() => {}, ms); return 1e6; } };
    let left = 500;
    setTimeout(() => {}, ms);
  }`);
  expect(nested.code).toBe('ERR_WAYBILL_TIMER_LIMIT');
  const debounced = await guest.value(`export default () => {
    let timer;
    for (let i = 0; i < 10000; i++) { clearTimeout(timer); timer = setTimeout(() => {}, 10); }
    return 'fine';
  }`);
  expect(debounced).toBe('fine');
});
