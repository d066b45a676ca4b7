import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { GuestError, HostError } from '@waybill/protocol';
import { describe, expect, it } from 'vitest';
import { openSession, type Peer } from './index.ts';
import type { ThreadApi } from './session-thread.fixture.ts';

interface Thread extends AsyncDisposable {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly peer: Peer<ThreadApi>;
  /** Resolves when the thread's `hang` is running. */
  readonly hanging: Promise<void>;
}

function startThread(): Thread {
  const { port1, port2 } = new MessageChannel();
  const url = new URL('./session-thread.fixture.ts', import.meta.url);
  const worker = new Worker(url, { workerData: { port: port2 }, transferList: [port2] });
  const { promise: hanging, resolve } = Promise.withResolvers<void>();
  const peer = openSession<ThreadApi>(port1, {
    names: ['echo', 'viaCaller', 'throwCoded', 'throwOurs', 'hang', 'exit'],
    expose: { double: (value: number) => value * 2, hanging: () => resolve() },
  });
  const stop = async (): Promise<void> => {
    peer[Symbol.dispose]();
    await worker.terminate();
  };
  return { worker, port: port1, peer, hanging, [Symbol.asyncDispose]: stop };
}

const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  const result = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(result).toBeInstanceOf(Error);
  return result as Error;
};

describe('a session with a worker thread', () => {
  it('returns structured clones of what the other thread returns', async () => {
    await using thread = startThread();
    const value = { map: new Map([[1, new Date(0)]]), bytes: new Uint8Array([1, 2]), none: null };
    expect(await thread.peer.call('echo', [value])).toEqual(value);
    expect(await thread.peer.call('echo', [undefined])).toBeUndefined();
  });

  it('gives each of many concurrent calls its own reply, in both directions over one port', async () => {
    await using thread = startThread();
    const inputs = Array.from({ length: 200 }, (_, index) => index);
    const calls = inputs.map((input) => thread.peer.call('viaCaller', [input]));
    expect(thread.peer.pendingCount).toBe(200);
    expect(await Promise.all(calls)).toEqual(inputs.map((input) => input * 2 + 1));
    expect(thread.peer.pendingCount).toBe(0);
  });

  it('rebuilds a foreign error with its name, code and cause, and both stacks', async () => {
    await using thread = startThread();
    async function theCallingFunction(): Promise<unknown> {
      const result = await thread.peer.call('throwCoded', []);
      return result;
    }
    const error = await failureOf(theCallingFunction());
    expect(error).toMatchObject({ name: 'TypeError', message: 'outer', code: 'E_OUTER' });
    expect(error.cause).toMatchObject({ name: 'RangeError', message: 'inner', code: 'E_INNER' });
    const stack = error.stack ?? '';
    expect(stack.indexOf('session-thread.fixture.ts')).toBeGreaterThan(0);
    expect(stack.indexOf("called as 'throwCoded'")).toBeGreaterThan(stack.indexOf('fixture.ts'));
    expect(stack.indexOf('theCallingFunction')).toBeGreaterThan(stack.indexOf('called as'));
  });

  it('rebuilds an error of ours in its branch with code, details and stacks', async () => {
    await using thread = startThread();
    const error = await failureOf(thread.peer.call('throwOurs', []));
    expect(error).toBeInstanceOf(GuestError);
    expect(error).toMatchObject({
      code: 'ERR_WAYBILL_GUEST_THREW',
      details: { line: 3 },
      stackOf: { guest: 'at guest.ts:3', host: 'at host.ts:4' },
    });
  });

  it('fails a pending call when the thread is terminated in the middle of it, by the closing port alone', async () => {
    await using thread = startThread();
    const call = thread.peer.call('hang', []);
    await thread.hanging;
    const failure = failureOf(call);
    await thread.worker.terminate();
    expect(await failure).toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN', retryable: true });
    expect(thread.peer.broken.aborted).toBe(true);
  });

  it('fails a call whose function ends the process of the thread', async () => {
    await using thread = startThread();
    const error = await failureOf(thread.peer.call('exit', [0]));
    expect(error).toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN' });
  });

  it('breaks at once when told of the exit before the port closes, and ignores the close that follows', async () => {
    await using thread = startThread();
    const call = failureOf(thread.peer.call('hang', []));
    await thread.hanging;
    thread.peer.break('the worker exited with code 1');
    expect(thread.peer.pendingCount).toBe(0);
    const error = await call;
    expect(error).toBeInstanceOf(HostError);
    expect(error.message).toContain('the worker exited with code 1');
    await once(thread.port, 'close');
    expect(thread.peer.broken.reason).toMatchObject({ message: error.message });
  });

  it('ignores being told of the exit after the port has closed', async () => {
    await using thread = startThread();
    await Promise.all([once(thread.peer.broken, 'abort'), thread.worker.terminate()]);
    thread.peer.break('the worker exited with code 1');
    const error = await failureOf(thread.peer.call('echo', [1]));
    expect(error).toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN', retryable: true });
    expect(error.message).toContain('the port was closed');
  });
});

describe('a session', () => {
  it('breaks when the other side disposes its end', async () => {
    const { port1, port2 } = new MessageChannel();
    using ends = new DisposableStack();
    const left = ends.use(openSession<{ hang(): void }>(port1, { names: ['hang'] }));
    const right = openSession(port2, { expose: { hang: () => new Promise(() => undefined) } });
    const call = failureOf(left.call('hang', []));
    right[Symbol.dispose]();
    expect(await call).toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN' });
  });

  it('breaks when a message cannot be read in this thread, for the reply it held is lost', async () => {
    const { port1, port2 } = new MessageChannel();
    using ends = new DisposableStack();
    const left = ends.use(openSession<{ hang(): void }>(port1, { names: ['hang'] }));
    ends.use(openSession(port2, { expose: { hang: () => new Promise(() => undefined) } }));
    const call = failureOf(left.call('hang', []));
    port1.emit('messageerror', new Error('unreadable'));
    expect(await call).toMatchObject({ code: 'ERR_WAYBILL_RPC_BROKEN' });
    expect(left.refusedCount).toBe(1);
  });

  it('runs exposed functions in the context that opened it, not in that of the caller or of the port', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { port1, port2 } = storage.run('port', () => new MessageChannel());
    const seen = (): string | undefined => storage.getStore();
    using ends = new DisposableStack();
    const left = ends.use(openSession<{ seen(): string | undefined }>(port1, { names: ['seen'] }));
    ends.use(storage.run('opener', () => openSession(port2, { expose: { seen } })));
    await storage.run('caller', async () => {
      expect(await left.call('seen', [])).toBe('opener');
      expect(storage.getStore()).toBe('caller');
    });
  });

  it.each([
    ['a function of no name', { '': () => 0 }],
    ['a prototype', { ['__proto__']: () => 0 }],
    ['a constructor', { constructor: () => 0 }],
    ['what Comlink takes for its own', { bind: () => 0 }],
    ['a value that is no function', { echo: 1 as unknown as () => number }],
  ])('refuses to expose %s', (_what, functions) => {
    const { port1 } = new MessageChannel();
    expect(() => openSession(port1, { expose: functions })).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS' }),
    );
    port1.close();
  });

  it('can call functions named like the members of every object and function', async () => {
    const names = [
      'toString',
      'valueOf',
      'apply',
      'call',
      'name',
      'length',
      'hasOwnProperty',
    ] as const;
    const { port1, port2 } = new MessageChannel();
    type Api = Readonly<Record<(typeof names)[number], () => string>>;
    using ends = new DisposableStack();
    const left = ends.use(openSession<Api>(port1, { names }));
    const expose = Object.fromEntries(names.map((name) => [name, (): string => `my ${name}`]));
    ends.use(openSession(port2, { expose }));
    for (const name of names) expect(await left.call(name, [])).toBe(`my ${name}`);
  });
});
