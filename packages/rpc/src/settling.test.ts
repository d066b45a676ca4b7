import { MessageChannel } from 'node:worker_threads';
import { heapAfterGc, leakCheck } from '@waybill/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSession, type Peer } from './index.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index);

interface Api {
  echo(value: unknown): unknown;
  /** Settles when the test lets it. */
  wait(): Promise<string>;
}

interface ResultApi {
  fn(): unknown;
  hostile(): unknown;
  plain(): number;
}

function refuse(): never {
  throw new Error('do not look');
}

interface Pair extends Disposable {
  readonly peer: Peer<Api>;
  readonly waiting: {
    readonly promise: Promise<string>;
    readonly resolve: (value: string) => void;
  };
  readonly listenerCounts: () => readonly number[];
}

function openPair(): Pair {
  const { port1, port2 } = new MessageChannel();
  const waiting = Promise.withResolvers<string>();
  const peer = openSession<Api>(port1, { names: ['echo', 'wait'] });
  const other = openSession(port2, {
    expose: { echo: (value: unknown) => value, wait: () => waiting.promise },
  });
  const events = ['message', 'messageerror', 'close'];
  return {
    peer,
    waiting,
    listenerCounts: () =>
      [port1, port2].flatMap((port) => events.map((event) => port.listenerCount(event))),
    [Symbol.dispose]: () => {
      peer[Symbol.dispose]();
      other[Symbol.dispose]();
    },
  };
}

describe('a call with a deadline', () => {
  beforeEach(
    () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('fails at its deadline, not before, and others stay pending', async () => {
    using pair = openPair();
    const now = performance.now();
    const late = pair.peer.call('wait', [], { deadlineMs: now + 300 });
    const soon = pair.peer.call('wait', [], { deadlineMs: now + 100 });
    const endless = pair.peer.call('wait', []);
    vi.advanceTimersByTime(99);
    expect(pair.peer.pendingCount).toBe(3);
    vi.advanceTimersByTime(1);
    await expect(soon).rejects.toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
    expect(pair.peer.pendingCount).toBe(2);
    vi.advanceTimersByTime(200);
    await expect(late).rejects.toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
    pair.waiting.resolve('in the end');
    expect(await endless).toBe('in the end');
  });

  it('uses one timer for all pending calls, and none once the session is broken', async () => {
    using pair = openPair();
    const now = performance.now();
    const calls = [500, 400, 600].map((ms) => pair.peer.call('wait', [], { deadlineMs: now + ms }));
    expect(vi.getTimerCount()).toBe(1);
    pair.peer.break('the test ends');
    expect(vi.getTimerCount()).toBe(0);
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it.each([
    ['in the past', -1],
    ['now', 0],
    ['that is not a number', Number.NaN],
  ])('is not sent when its deadline is %s', async (_what, inMs) => {
    using pair = openPair();
    const call = pair.peer.call('echo', [1], { deadlineMs: performance.now() + inMs });
    expect(pair.peer.pendingCount).toBe(0);
    await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
  });

  it('may have a deadline further away than a timer can reach', async () => {
    using pair = openPair();
    const deadlineMs = performance.now() + 2 ** 31 + 1_000;
    const call = pair.peer.call('wait', [], { deadlineMs });
    vi.advanceTimersByTime(2 ** 31 - 1);
    expect(pair.peer.pendingCount).toBe(1);
    vi.advanceTimersByTime(1_001);
    await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
  });

  it('drops and counts the reply that comes after its deadline', async () => {
    using pair = openPair();
    const call = pair.peer.call('wait', [], { deadlineMs: performance.now() + 1 });
    vi.advanceTimersByTime(1);
    await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
    pair.waiting.resolve('too late');
    // Replies come in order, the late one first.
    const first = pair.waiting.promise.then(() => pair.peer.call('echo', ['after']));
    expect(await first).toBe('after');
    expect(pair.peer.lateReplyCount).toBe(1);
  });
});

describe('a call with a signal', () => {
  it('fails with ERR_WAYBILL_CANCELLED when the signal fires, with its reason as the cause', async () => {
    using pair = openPair();
    const controller = new AbortController();
    const call = pair.peer.call('wait', [], { signal: controller.signal });
    controller.abort(new Error('the user left'));
    await expect(call).rejects.toMatchObject({
      code: 'ERR_WAYBILL_CANCELLED',
      cause: { message: 'the user left' },
    });
    expect(pair.peer.pendingCount).toBe(0);
  });

  it('is not sent when the signal has fired before', async () => {
    using pair = openPair();
    const call = pair.peer.call('echo', [1], { signal: AbortSignal.abort() });
    expect(pair.peer.pendingCount).toBe(0);
    await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
  });

  it('leaves no listener on the signal once it is settled', async () => {
    using pair = openPair();
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    await Promise.all([1, 2, 3].map((value) => pair.peer.call('echo', [value], { signal })));
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(
      add.mock.calls.map(([, listener]) => listener),
    );
    expect(add).toHaveBeenCalledTimes(3);
  });
});

describe('a call that cannot be made', () => {
  it('fails with ERR_WAYBILL_INTERNAL when an argument cannot be cloned, and is forgotten', async () => {
    using pair = openPair();
    await expect(pair.peer.call('echo', [(): number => 1])).rejects.toMatchObject({
      code: 'ERR_WAYBILL_INTERNAL',
      cause: { name: 'DataCloneError' },
    });
    expect(pair.peer.pendingCount).toBe(0);
  });

  it('fails with what an argument throws while it is looked at, and the next call is well', async () => {
    using pair = openPair();
    const hostile = new Proxy({}, { get: refuse });
    await expect(pair.peer.call('echo', [hostile])).rejects.toThrow('do not look');
    expect(await pair.peer.call('echo', [1])).toBe(1);
  });

  it('fails with ERR_WAYBILL_RPC_REFUSED when the name is not one of the session', async () => {
    using pair = openPair();
    await expect(pair.peer.call('other' as 'echo', [1])).rejects.toMatchObject({
      code: 'ERR_WAYBILL_RPC_REFUSED',
    });
  });
});

it('a result that cannot be cloned, or refuses to be looked at, fails its call alone', async () => {
  const { port1, port2 } = new MessageChannel();
  using ends = new DisposableStack();
  const peer = ends.use(openSession<ResultApi>(port1, { names: ['fn', 'hostile', 'plain'] }));
  const hostile = (): object => new Proxy({}, { has: refuse });
  ends.use(openSession(port2, { expose: { fn: () => () => 1, hostile, plain: () => 1 } }));
  await expect(peer.call('fn', [])).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INTERNAL',
    cause: { name: 'DataCloneError' },
  });
  await expect(peer.call('hostile', [])).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
  expect(await peer.call('plain', [])).toBe(1);
});

it('thousands of calls leave no listener, timer or pending call behind, and dispose leaves no port', async () => {
  await using held = leakCheck();
  expect(held.leaks()).toEqual([]);
  using pair = openPair();
  const listeners = pair.listenerCounts();
  const { signal } = new AbortController();
  for (let round = 0; round < 50; round += 1) {
    const options = { deadlineMs: performance.now() + 60_000, signal };
    await Promise.all(hundred.map((value) => pair.peer.call('echo', [value], options)));
  }
  expect(pair.listenerCounts()).toEqual(listeners);
  expect(pair.peer.pendingCount).toBe(0);
  pair[Symbol.dispose]();
  expect(pair.listenerCounts()).toEqual([0, 0, 0, 0, 0, 0]);
});

it('calls that were given up are not kept, though their replies never come', async () => {
  const { port1, port2 } = new MessageChannel();
  using peer = openSession<Api>(port1, { names: ['echo', 'wait'] });
  port2.on('message', ({ id, path }: { id: number; path: string[] }) => {
    if (path[0] === 'echo') port2.postMessage({ id, type: 'RAW', value: 'read' });
  });
  const giveUp = async (): Promise<void> => {
    const controller = new AbortController();
    const calls = hundred.map(() => peer.call('wait', [], { signal: controller.signal }));
    controller.abort();
    await Promise.allSettled(calls);
    // Answered once all before it is read: what grows is not the port's queue.
    await peer.call('echo', [0]);
  };
  await giveUp();
  const beforeBytes = heapAfterGc();
  for (let round = 0; round < 100; round += 1) await giveUp();
  // Were each kept, by Comlink or by us, it would hold some hundred bytes.
  expect((heapAfterGc() - beforeBytes) / 10_000).toBeLessThan(100);
});
