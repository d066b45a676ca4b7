import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';
import { LogBook } from './log-book.ts';

test('a log is cut at exactly the bytes allowed, between characters, and says so', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 10 }), { maxLength: 10 }),
      fc.nat(100),
      (texts, logBytes) => {
        const book = new LogBook({ limits: { logLines: 1_000, logBytes }, sinceMs: 0 });
        for (const text of texts) book.add('log', text);
        const all = texts.map((text) => Buffer.byteLength(text)).reduce((a, b) => a + b, 0);
        const kept = book.lines.map(({ text }) => text.replace(/\[log cut off: .*\]$/s, ''));
        const keptBytes = Buffer.byteLength(kept.join(''));
        expect(keptBytes).toBe(book.keptBytes);
        expect(keptBytes).toBeLessThanOrEqual(logBytes);
        expect(texts.join('').startsWith(kept.join(''))).toBe(true);
        expect(all > logBytes ? keptBytes > logBytes - 4 : keptBytes === all).toBe(true);
      },
    ),
  );
});

test('a log is cut at exactly the lines allowed and says so once', async () => {
  await using guest = new TestIsolate();
  const heard: string[] = [];
  const { logs } = await guest.run(
    'export default (input, { log }) => { for (let i = 0; i < 10000; i++) log(i); }',
    { limits: { logLines: 3 }, onLog: ({ text }) => heard.push(text) },
  );
  expect(logs).toEqual(['0', '1', '2', '[log cut off: more than 3 lines]']);
  expect(heard).toEqual(logs);
});

test('ten thousand lines in a row all arrive where the limits allow them', async () => {
  await using guest = new TestIsolate();
  const { logs, value } = await guest.run(
    'export default (input, { log }) => { for (let i = 0; i < 10000; i++) log(i); return "done"; }',
    { limits: { logLines: 20_000 } },
  );
  expect([logs.length, logs.at(-1), value]).toEqual([10_000, '9999', 'done']);
});

test('levels, order and what values look like', async () => {
  await using guest = new TestIsolate();
  const { job } = await guest.run(`export default (input, { log }) => {
    log('a', 1, { b: [2] }, null, undefined, 5n, Symbol('s'), () => 1);
    log.debug('debug'); log.info('info'); log.warn('warn'); log.error(new TypeError('bad'));
    console.log('console'); console.error('console error'); console.assert(1 === 2, 'sums');
    const cycle = {}; cycle.cycle = cycle;
    log(cycle, Proxy.revocable({}, {}).proxy === 1);
    const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); log(proxy);
    log({ get a() { throw 1; } });
  }`);
  expect(job.logs.map(({ level, text }) => `${level} ${text.split('\n')[0]}`)).toEqual([
    'log a 1 {"b":[2]} null undefined 5 Symbol(s) [function]',
    'debug debug',
    'info info',
    'warn warn',
    'error TypeError: bad',
    'log console',
    'error console error',
    'error Assertion failed sums',
    'log [object Object] false',
    'log [an object that cannot be read]',
    'log [object Object]',
  ]);
  expect(job.logs.map(({ seq }) => seq)).toEqual(job.logs.map((_, index) => index));
});

test('what a timer or a microtask throws is logged, not lost', async () => {
  await using guest = new TestIsolate();
  const { logs } = await guest.run(`export default () => new Promise((resolve) => {
    setTimeout(() => { resolve(); throw new RangeError('in a timer'); }, 1);
    queueMicrotask(() => { throw 5; });
  })`);
  expect(logs).toEqual([
    'uncaught in microtask: Error: threw 5 (number, no Error)',
    'uncaught in timer: RangeError: in a timer',
  ]);
});
