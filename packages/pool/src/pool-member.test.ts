import { MessageChannel } from 'node:worker_threads';
import { type SubmitterApi, type WaybillError, makeError } from '@waybill/protocol';
import { openSession } from '@waybill/rpc';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { poolOptions, silentHost } from './open-pool.fixture.ts';
import { PoolMember } from './pool-member.ts';

function openMember() {
  const exits: string[] = [];
  const { port1, port2 } = new MessageChannel();
  let lose: (words: string) => void = () => {};
  const joined = {
    threadId: 3,
    port: port1,
    workerFunctions: [],
    onGone: (tell: (error: WaybillError) => void) => {
      lose = (words) => tell(makeError('ERR_WAYBILL_WORKER_EXITED', words));
    },
  };
  const member = new PoolMember(joined, {
    processId: 7,
    listener: {
      ...poolOptions.listener,
      workerExited: ({ processId, threadId }, expected) =>
        void exits.push(`${processId}.${threadId} ${expected}`),
    },
    functionProgram: poolOptions.functionProgram,
  });
  const thread = openSession<SubmitterApi>(port2, {
    names: ['hostCall', 'hostCalling', 'logged', 'functionProgram'],
    expose: { stats: () => new Promise(() => {}) },
  });
  const end = (): void => {
    lose('it exited');
    thread[Symbol.dispose]();
  };
  return { member, lose: (words: string) => lose(words), thread, exits, [Symbol.dispose]: end };
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
  opened.member.whenGone(({ message }) => void told.push(message));
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
