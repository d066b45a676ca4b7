import { MessageChannel } from 'node:worker_threads';
import { type SubmitterApi, makeError } from '@waybill/protocol';
import { openSession } from '@waybill/rpc';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { poolOptions, silentHost } from './open-pool.fixture.ts';
import { PoolMember } from './pool-member.ts';
import type { ThreadGone } from './thread-gone.ts';

function openMember() {
  const exits: string[] = [];
  const closed = deferred<number>();
  const terminated = deferred();
  let wornCount = 0;
  const { port1, port2 } = new MessageChannel();
  let lose: (words: string) => void = () => {};
  const joined = {
    threadId: 3,
    port: port1,
    workerFunctions: [],
    onGone: (tell: (gone: ThreadGone) => void) => {
      lose = (words) => tell({ error: makeError('ERR_WAYBILL_WORKER_EXITED', words) });
    },
    holder: async () => undefined,
    terminate: () => terminated.resolve(),
  };
  const member = new PoolMember(joined, {
    processId: 7,
    listener: {
      ...poolOptions.listener,
      workerExited: ({ processId, threadId }, expected) =>
        void exits.push(`${processId}.${threadId} ${expected}`),
    },
    functionProgram: poolOptions.functionProgram,
    wornOut: () => void (wornCount += 1),
  });
  const thread = openSession<SubmitterApi>(port2, {
    names: ['hostCall', 'hostCalling', 'logged', 'functionProgram', 'wornOut'],
    expose: { stats: () => new Promise(() => {}), close: () => closed.promise },
  });
  const end = (): void => {
    lose('it exited');
    thread[Symbol.dispose]();
  };
  return {
    member,
    lose: (words: string) => lose(words),
    thread,
    exits,
    closed,
    terminated,
    wornCount: () => wornCount,
    [Symbol.dispose]: end,
  };
}

test('a call to a thread that is gone fails at once', async () => {
  await using _leaks = leakCheck();
  using opened = openMember();
  const asked = opened.member.peer.call('stats', []);
  opened.lose('it exited');
  await expect(asked).rejects.toMatchObject({
    code: 'ERR_WAYBILL_RPC_BROKEN',
    message: 'the session is broken: it exited',
  });
  expect(opened.exits).toEqual(['7.3 false']);
});

test('a thread is gone once, with the error of its attempts', () => {
  using opened = openMember();
  const told: string[] = [];
  opened.member.whenGone(({ error }) => void told.push(error.message));
  opened.member.whenGone(() => void told.push('not taken back'))();
  opened.lose('first');
  opened.lose('second');
  expect(told).toEqual(['first']);
  expect(opened.exits).toEqual(['7.3 false']);
  expect(opened.member.isReady).toBe(false);
});

test('a thread speaks only for the attempts that it was given', async () => {
  using opened = openMember();
  const lines: unknown[] = [];
  opened.member.attempts.set(1, { ...silentHost, logged: (line) => void lines.push(line.text) });
  const line = { seq: 0, atMs: 0, level: 'log', text: 'hello' } as const;
  await opened.thread.call('logged', [1, line]);
  await opened.thread.call('logged', [2, line]);
  expect(lines).toEqual(['hello']);
  await expect(
    opened.thread.call('hostCall', [2, 'far', { text: '', bytes: '' }]),
  ).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
});

test('a thread that asks for a function that was removed is told so', async () => {
  using opened = openMember();
  await expect(opened.thread.call('functionProgram', ['f#1'])).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND',
  });
});

test('a thread that is about to call a host function of its own says so for its attempts alone', async () => {
  using opened = openMember();
  let callingCount = 0;
  opened.member.attempts.set(1, { ...silentHost, hostCalling: () => void (callingCount += 1) });
  await opened.thread.call('hostCalling', [1]);
  expect(callingCount).toBe(1);
  await expect(opened.thread.call('hostCalling', [2])).rejects.toMatchObject({
    code: 'ERR_WAYBILL_JOB_ENDED',
  });
});

test('a thread that retires finishes what it has, then it is closed and ends as expected', async () => {
  await using _leaks = leakCheck();
  using opened = openMember();
  const { member } = opened;
  member.lease();
  member.lease();
  member.retire();
  expect(member.isReady).toBe(false);
  member.release();
  let isTerminated = false;
  void opened.terminated.promise.then(() => (isTerminated = true));
  // It would have been asked to close by now.
  await opened.thread.call('wornOut', []);
  opened.closed.resolve(0);
  await opened.thread.call('wornOut', []);
  expect(isTerminated).toBe(false);
  member.release();
  await opened.terminated.promise;
  opened.lose('it exited with code 1');
  expect(opened.exits).toEqual(['7.3 true']);
});

test('a thread that retires and does not close is terminated all the same', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  using opened = openMember();
  opened.member.retire();
  await vi.advanceTimersByTimeAsync(1_000);
  await opened.terminated.promise;
});

test('a thread that is worn out is heard of', async () => {
  using opened = openMember();
  await opened.thread.call('wornOut', []);
  expect(opened.wornCount()).toBe(1);
  expect(opened.member.isReady).toBe(true);
});

test('a thread that ends by itself before the last of its attempts is over was not expected to', () => {
  using opened = openMember();
  opened.member.lease();
  opened.member.retire();
  opened.lose('it exited');
  expect(opened.exits).toEqual(['7.3 false']);
});

test('a thread that retires as the pool closes is closed with it', () => {
  using opened = openMember();
  opened.member.lease();
  opened.member.retire();
  opened.member.leave();
  opened.lose('it exited');
  expect(opened.exits).toEqual(['7.3 true']);
});
