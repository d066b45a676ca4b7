import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { errorFromWire, errorToWire } from '@waybill/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSession, type Refusal } from './index.ts';

interface Served extends Disposable {
  /** The end of the port that an attacker would hold. */
  readonly raw: MessagePort;
  readonly refusals: readonly Refusal[];
  readonly calls: readonly (readonly unknown[])[];
}

function serve(): Served {
  const { port1, port2 } = new MessageChannel();
  const refusals: Refusal[] = [];
  const calls: unknown[][] = [];
  const peer = openSession(port1, {
    onRefused: (refusal) => void refusals.push(refusal),
    expose: {
      allowed: (...args: unknown[]) => {
        calls.push(args);
        return 'ran';
      },
    },
  });
  return { raw: port2, refusals, calls, [Symbol.dispose]: () => peer[Symbol.dispose]() };
}

// A function of its own, for the linter takes an inline call for that of a browser's window.
const post = (port: MessagePort, message: unknown): void => port.postMessage(message);

async function ask(raw: MessagePort, frame: unknown): Promise<Record<string, unknown>> {
  const reply = once(raw, 'message');
  post(raw, frame);
  const [message] = (await reply) as [Record<string, unknown>];
  return message;
}

const callOf = (
  id: number,
  path: unknown,
  argumentList: unknown = [],
): Record<string, unknown> => ({
  id,
  type: 'APPLY',
  path,
  argumentList,
});

describe('a message that is no allowed call', () => {
  it.each([
    ['reading a property', { id: 1, type: 'GET', path: ['allowed'] }, 'message-type'],
    [
      'setting a property',
      { id: 1, type: 'SET', path: ['x'], value: { type: 'RAW', value: 1 } },
      'message-type',
    ],
    [
      'constructing',
      { id: 1, type: 'CONSTRUCT', path: ['allowed'], argumentList: [] },
      'message-type',
    ],
    ['a new endpoint', { id: 1, type: 'ENDPOINT' }, 'message-type'],
    ['a release', { id: 1, type: 'RELEASE' }, 'message-type'],
    ['an unknown type', { id: 1, type: 'FETCH', path: ['allowed'] }, 'message-type'],
    ['no type', { id: 1 }, 'malformed'],
    ['the record itself', callOf(1, []), 'path'],
    ['no path', callOf(1, undefined), 'path'],
    ['a path that is a string', callOf(1, 'allowed'), 'path'],
    ['a member of a function', callOf(1, ['allowed', 'constructor']), 'path'],
    ['a walk up the prototypes', callOf(1, ['constructor', 'constructor']), 'path'],
    ['a constructor', callOf(1, ['constructor']), 'unknown-function'],
    ['a prototype', callOf(1, ['__proto__']), 'unknown-function'],
    ['an inherited method', callOf(1, ['toString']), 'unknown-function'],
    ['a function not exposed', callOf(1, ['other']), 'unknown-function'],
    ['a name that is a number', callOf(1, [0]), 'path'],
    ['arguments that are no list', callOf(1, ['allowed'], { length: 1 }), 'arguments'],
    ['no arguments', callOf(1, ['allowed'], null), 'arguments'],
    ['a bare argument', callOf(1, ['allowed'], ['x']), 'arguments'],
    ['a hole among the arguments', callOf(1, ['allowed'], Array(1)), 'arguments'],
    [
      'too many arguments',
      callOf(
        1,
        ['allowed'],
        Array.from({ length: 33 }, () => ({ type: 'RAW' })),
      ),
      'arguments',
    ],
    [
      'a proxy',
      callOf(1, ['allowed'], [{ type: 'HANDLER', name: 'proxy', value: 1 }]),
      'arguments',
    ],
    [
      'a thrown argument',
      callOf(1, ['allowed'], [{ type: 'HANDLER', name: 'waybill:thrown' }]),
      'arguments',
    ],
    [
      'an unknown handler',
      callOf(1, ['allowed'], [{ type: 'HANDLER', name: '__proto__' }]),
      'arguments',
    ],
  ])('is answered with ERR_WAYBILL_RPC_REFUSED: %s', async (_what, frame, reason) => {
    using served = serve();
    const reply = await ask(served.raw, frame);
    expect(reply).toMatchObject({ id: 1, type: 'HANDLER', name: 'waybill:thrown' });
    expect(errorFromWire(reply['value'])).toMatchObject({
      code: 'ERR_WAYBILL_RPC_REFUSED',
      details: { reason },
    });
    expect(served.refusals).toMatchObject([{ reason, id: 1 }]);
    expect(served.calls).toEqual([]);
  });

  it.each([
    ['a replayed call', 3],
    ['a call with an id below that of the call before', 2],
  ])('runs nothing and is answered: %s', async (_what, id) => {
    using served = serve();
    expect(await ask(served.raw, callOf(3, ['allowed']))).toMatchObject({ id: 3, value: 'ran' });
    await ask(served.raw, callOf(id, ['allowed']));
    expect(served.refusals).toEqual([{ reason: 'replayed', id, name: 'allowed' }]);
    expect(served.calls).toHaveLength(1);
  });

  it('is counted without an answer when it has no id, and leaves the session usable', async () => {
    using served = serve();
    const frames = [
      null,
      'text',
      7,
      [],
      new Map(),
      { type: 'APPLY' },
      { ...callOf(1, ['allowed']), id: '1' },
    ];
    for (const frame of frames) post(served.raw, frame);
    expect(await ask(served.raw, callOf(1, ['allowed']))).toEqual({
      id: 1,
      type: 'RAW',
      value: 'ran',
    });
    expect(served.refusals).toHaveLength(frames.length);
  });

  it('tells at most 128 characters of the name it asked for', async () => {
    using served = serve();
    await ask(served.raw, callOf(1, ['x'.repeat(10_000)]));
    expect(served.refusals[0]?.name).toHaveLength(128);
  });
});

describe('a reply', () => {
  it.each([
    ['by a handler that is not ours', { type: 'HANDLER', name: 'proxy', value: 1 }],
    ["by Comlink's own error form", { type: 'HANDLER', name: 'throw', value: { isError: false } }],
  ])('fails its call with ERR_WAYBILL_RPC_REFUSED: %s', async (_what, reply) => {
    const { port1, port2 } = new MessageChannel();
    using peer = openSession<{ f(): void }>(port1, { names: ['f'] });
    port2.on('message', ({ id }: { id: number }) => port2.postMessage({ id, ...reply }));
    await expect(peer.call('f', [])).rejects.toMatchObject({
      code: 'ERR_WAYBILL_RPC_REFUSED',
      details: { reason: 'reply' },
    });
    expect(peer.refusedCount).toBe(1);
  });

  it('is dropped and counted when it is forged or comes twice', async () => {
    const { port1, port2 } = new MessageChannel();
    using peer = openSession<{ f(): string }>(port1, { names: ['f'] });
    port2.on('message', ({ id }: { id: number }) => {
      port2.postMessage({ id: id + 1, type: 'RAW', value: 'forged' });
      port2.postMessage({ id, type: 'RAW', value: 'first' });
      port2.postMessage({ id, type: 'RAW', value: 'second' });
    });
    expect([await peer.call('f', []), await peer.call('f', [])]).toEqual(['first', 'first']);
    expect(peer.lateReplyCount).toBeGreaterThanOrEqual(3);
  });

  it('fails its call with an error whatever stands in place of the wire form', async () => {
    const { port1, port2 } = new MessageChannel();
    using peer = openSession<{ f(): void }>(port1, { names: ['f'] });
    const values = [
      undefined,
      1,
      {},
      { kind: 'waybill' },
      errorToWire(new Error('x')),
      new Error('y'),
    ];
    let next = 0;
    port2.on('message', ({ id }: { id: number }) => {
      port2.postMessage({ id, type: 'HANDLER', name: 'waybill:thrown', value: values[next] });
      next += 1;
    });
    const errors = values.map(() => expect(peer.call('f', [])).rejects.toBeInstanceOf(Error));
    await Promise.all(errors);
  });
});

it('no raw message makes the exposing side throw or call what it does not expose', async () => {
  const text = fc.constantFrom(
    'allowed',
    'constructor',
    '__proto__',
    'toString',
    'then',
    'APPLY',
    'RAW',
    'x',
  );
  const type = fc.constantFrom(
    'APPLY',
    'GET',
    'SET',
    'CONSTRUCT',
    'ENDPOINT',
    'RELEASE',
    'RAW',
    'HANDLER',
    'x',
  );
  const wireValue = fc.record(
    {
      type,
      name: fc.constantFrom('proxy', 'throw', 'waybill:thrown', '__proto__'),
      value: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const frame = fc.record(
    {
      id: fc.oneof(fc.integer({ min: -1, max: 50 }), fc.string(), fc.constant(Number.NaN)),
      type: fc.oneof(type, fc.jsonValue()),
      path: fc.oneof(fc.array(text, { maxLength: 3 }), fc.jsonValue()),
      argumentList: fc.oneof(fc.array(fc.oneof(wireValue, fc.jsonValue())), fc.jsonValue()),
      name: text,
      value: fc.oneof(wireValue, fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const property = fc.asyncProperty(
    fc.array(fc.oneof(frame, fc.jsonValue()), { maxLength: 20 }),
    async (frames) => {
      using served = serve();
      const { promise: done, resolve } = Promise.withResolvers<void>();
      served.raw.on('message', ({ id }: { id: number }) => id === 1_000 && resolve());
      for (const message of frames) post(served.raw, message);
      post(served.raw, callOf(1_000, ['allowed'], [{ type: 'RAW', value: 'last' }]));
      // An exception in the port's listener would be uncaught, and fail the run.
      await done;
      const valid = frames.filter(
        (message) => (message as { type?: unknown } | null)?.type === 'APPLY',
      );
      expect(served.calls.at(-1)).toEqual(['last']);
      expect(served.calls.length).toBeLessThanOrEqual(valid.length + 1);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
