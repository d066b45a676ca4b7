import { cutOff, either, guest, type Idea, memoryCutOff, threw } from '../program.ts';

/** More messages than anybody should handle. */
export const messages: readonly Idea[] = [
  {
    name: 'logs a million lines',
    source: guest(`for (let i = 0; i < 1e6; i++) log('line', i); return 'logged'`),
    expect: either(cutOff, { value: 'logged' }),
  },
  {
    name: 'logs lines of a megabyte',
    source: guest(`const s = 'x'.repeat(1e6); for (;;) log(s + s.length)`),
    expect: memoryCutOff,
  },
  {
    name: 'logs objects that grow when they are written',
    source: guest(
      `for (let i = 0; i < 1e5; i++) log({ toString: () => 'x'.repeat(1e5), a: Array(100).fill('y'.repeat(100)) }); return 1`,
    ),
    expect: either(memoryCutOff, { value: 1 }),
  },
  {
    name: 'calls a host function without end and waits for none',
    source: guest('for (;;) host.echo(1).catch(() => {})'),
    expect: memoryCutOff,
  },
  {
    name: 'calls a host function without end and handles no refusal',
    source: guest('for (let i = 0; i < 1e5; i++) host.echo(i); return "called"'),
    expect: either(memoryCutOff, { value: 'called' }),
  },
  {
    name: 'calls a host function one after the other until it may not',
    source: guest('for (;;) await host.echo(1)'),
    limits: { hostCalls: 100 },
    expect: either(cutOff, { codes: ['ERR_WAYBILL_HOST_CALL_LIMIT'] }),
  },
  {
    name: 'leaves ten thousand calls waiting',
    source: guest('await Promise.all(Array.from({ length: 10_000 }, () => host.hold()))'),
    expect: either(cutOff, { codes: ['ERR_WAYBILL_HOST_CALL_LIMIT'] }),
  },
  {
    name: 'has the host call it back, which has the host call it back, without end',
    source: guest('const again = () => host.call(again); await again()'),
    expect: either(cutOff, {
      codes: [
        'ERR_WAYBILL_GUEST_THREW',
        'ERR_WAYBILL_HOST_CALL_LIMIT',
        'ERR_WAYBILL_HOST_FUNCTION_THREW',
        'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
      ],
    }),
  },
  {
    name: 'passes ten thousand callbacks at once',
    source: guest('await host.echo(Array.from({ length: 10_000 }, () => () => 1))'),
    expect: { codes: ['ERR_WAYBILL_HOST_CALL_LIMIT'] },
  },
  {
    name: 'leaves a hundred thousand rejections that nobody handles',
    source: guest(
      `for (let i = 0; i < 1e5; i++) void Promise.reject(new Error('x' + i)); await host.echo(1); return 'left'`,
    ),
    expect: either(memoryCutOff, { value: 'left' }),
  },
];

/** More timers and listeners than anybody should keep. */
export const timers: readonly Idea[] = [
  {
    name: 'sets a million timers',
    source: guest('for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6)'),
    expect: { codes: ['ERR_WAYBILL_TIMER_LIMIT'] },
  },
  {
    name: 'sets and clears timers without end',
    source: guest('for (;;) { try { clearTimeout(setTimeout(() => {}, 1e6)) } catch {} }'),
    expect: cutOff,
  },
  {
    name: 'keeps sixty-four intervals of no delay',
    source: guest(
      'for (let i = 0; i < 64; i++) setInterval(() => {}, 0); await new Promise(() => {})',
    ),
    expect: cutOff,
  },
  {
    name: 'throws from timers without end',
    source: guest(
      `setInterval(() => { throw new Error('x'.repeat(1e4)) }, 0); await new Promise(() => {})`,
    ),
    expect: cutOff,
  },
  {
    name: 'doubles its timers whenever one rings',
    source: guest(
      'const ring = () => { try { setTimeout(ring); setTimeout(ring) } catch {} }; ring(); await new Promise(() => {})',
    ),
    expect: cutOff,
  },
  {
    name: 'listens to its signal without end',
    source: guest(`for (let i = 0;; i++) signal.addEventListener('abort', () => i)`),
    expect: either(memoryCutOff, {
      codes: ['ERR_WAYBILL_GUEST_THREW', 'ERR_WAYBILL_GUEST_CRASHED'],
    }),
  },
];

// A host call whose arguments are still on their way at the deadline is one that it waits for.
const orWaited = either(memoryCutOff, {
  codes: ['ERR_WAYBILL_HOST_FUNCTION_TIMEOUT', 'ERR_WAYBILL_HOST_CALL_LIMIT'],
});

/** Values too large to cross. */
export const payloads: readonly Idea[] = [
  {
    name: 'returns a text of a hundred megabytes',
    source: guest(`return 'x'.repeat(1e8)`),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] },
  },
  {
    name: 'returns many references to one large text',
    source: guest(`return Array(1000).fill('x'.repeat(1e6))`),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] },
  },
  {
    name: 'returns an array that says it has four billion items',
    source: guest('const a = []; a.length = 2 ** 32 - 1; return a'),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] },
  },
  {
    name: 'returns a million empty objects',
    source: guest('return Array.from({ length: 1e6 }, () => ({}))'),
    limits: { resultBytes: 2 ** 20 },
    expect: either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] }),
  },
  {
    name: 'returns bytes beyond its limit',
    source: guest('return new Uint8Array(2 ** 23 + 1)'),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] },
  },
  {
    name: 'returns a small value first and a huge one when it is written',
    source: guest(
      `let reads = 0; return { get a() { return ++reads > 1 ? 'x'.repeat(2 ** 25) : 1 } }`,
    ),
    expect: either(cutOff, { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] }),
  },
  {
    name: 'passes a hundred megabytes to a host function',
    source: guest(`await host.echo('x'.repeat(1e8))`),
    expect: { codes: ['ERR_WAYBILL_HOST_CALL_TOO_LARGE'] },
  },
  {
    name: 'passes megabytes to host functions again and again',
    source: guest(`const s = 'x'.repeat(2e6); for (;;) await host.size(s)`),
    expect: orWaited,
  },
  {
    name: 'passes bytes that grow sixfold where they are written as text',
    source: guest(`
      const zeros = new Uint8Array(2e6);
      for (;;) await Promise.all(Array.from({ length: 8 }, () => host.size(zeros)))`),
    expect: orWaited,
  },
  {
    name: 'passes large texts of quotation marks in many calls at once',
    source: guest(`
      const s = '"'.repeat(1e6);
      for (;;) await Promise.all(Array.from({ length: 32 }, () => host.size(s)))`),
    expect: orWaited,
  },
  {
    name: 'returns bytes that grow sixfold where they are written as text',
    source: guest('return new Uint8Array(8e6)'),
    expect: { value: new Uint8Array(8e6) },
  },
  {
    name: 'passes a map of maps as wide and as deep as it may be',
    source: guest(`
      let m = new Map([['k', 1]]); for (let i = 0; i < 126; i++) m = new Map([[m, 'x'.repeat(1000)]]);
      return await host.size(m)`),
    expect: { codes: ['ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE'], value: 0 },
  },
  {
    name: 'throws an error with a chain of ten thousand causes',
    source: guest(
      `let e; for (let i = 0; i < 1e4; i++) e = new Error('m'.repeat(1e3), { cause: e }); throw e`,
    ),
    expect: threw,
  },
  {
    name: 'asks for a reply that is too large for it',
    source: guest(`await host.large(9)`),
    expect: { codes: ['ERR_WAYBILL_HOST_RESULT_TOO_LARGE'] },
  },
];
