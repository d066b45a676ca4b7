import { EventEmitter } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { SubmitterApi } from '@waybill/protocol';
import { openSession } from '@waybill/rpc';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { poolOptions, silentHost } from './open-pool.fixture.ts';
import { PoolMember } from './pool-member.ts';

function openMember() {
  const exits: string[] = [];
  const worker = Object.assign(new EventEmitter(), { threadId: 3 });
  const { port1, port2 } = new MessageChannel();
  const member = new PoolMember(worker as unknown as Worker, port1, {
    listener: {
      ...poolOptions.listener,
      workerExited: (threadId, expected) => void exits.push(`${threadId} ${expected}`),
    },
    functionProgram: poolOptions.functionProgram,
  });
  const thread = openSession<SubmitterApi>(port2, {
    names: ['hostCall', 'logged', 'functionProgram'],
    expose: { stats: () => new Promise(() => {}) },
  });
  const end = (): void => {
    worker.emit('exit', 0);
    thread[Symbol.dispose]();
  };
  return { member, worker, thread, exits, [Symbol.dispose]: end };
}

test('a call to a thread that is gone fails at once', async () => {
  await using _leaks = leakCheck();
  using opened = openMember();
  const asked = opened.member.peer.call('stats', []);
  opened.worker.emit('exit', 7);
  await expect(asked).rejects.toMatchObject({
    code: 'ERR_WAYBILL_RPC_BROKEN',
    message: 'the session is broken: the worker thread exited with code 7',
  });
  expect(opened.exits).toEqual(['3 false']);
});

test('a thread that dies of an error is gone once, with that error', () => {
  using opened = openMember();
  const told: unknown[] = [];
  opened.member.whenGone((cause) => void told.push(cause));
  opened.member.whenGone(() => void told.push('not taken back'))();
  const error = new Error('thrown in the thread');
  opened.worker.emit('error', error);
  opened.worker.emit('exit', 1);
  expect(told).toEqual([error]);
  expect(opened.exits).toEqual(['3 false']);
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
