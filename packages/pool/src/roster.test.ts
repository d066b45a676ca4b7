import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { type SubmitterApi, makeError } from '@waybill/protocol';
import { type Peer, openSession } from '@waybill/rpc';
import { leakCheck, until } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { poolOptions } from './open-pool.fixture.ts';
import type { PoolMember } from './pool-member.ts';
import { Roster } from './roster.ts';
import type { ThreadGone } from './thread-gone.ts';

/** A roster whose threads are event emitters that greet when the test says so. */
function openRoster(threads: number) {
  const heard: string[] = [];
  const ends: (() => void)[] = [];
  const roster = new Roster(
    {
      ...poolOptions,
      threads,
      listener: {
        ...poolOptions.listener,
        workerStarted: ({ threadId }) => void heard.push(`started ${threadId}`),
        workerExited: ({ threadId }, expected) => void heard.push(`exited ${threadId} ${expected}`),
        slotFreed: () => void heard.push('freed'),
      },
    },
    7,
  );
  const says = new Map<number, Peer<SubmitterApi>>();
  /** A thread joins; gives what ends it. */
  const join = (threadId: number): (() => void) => {
    const { port1, port2 } = new MessageChannel();
    const thread = openSession<SubmitterApi>(port1, {
      names: ['wornOut'],
      expose: { close: () => 0 },
    });
    says.set(threadId, thread);
    onTestFinished(() => thread[Symbol.dispose]());
    let end = (): void => {};
    const onGone = (tell: (gone: ThreadGone) => void): void => {
      end = () => tell({ error: makeError('ERR_WAYBILL_WORKER_EXITED', 'it exited') });
    };
    const terminate = (): void => {
      heard.push(`terminated ${threadId}`);
      end();
    };
    roster.joined({
      threadId,
      port: port2,
      workerFunctions: ['near'],
      onGone,
      holder: async () => undefined,
      terminate,
    });
    ends.push(() => end());
    return () => end();
  };
  const fail = (): void =>
    roster.failed(makeError('ERR_WAYBILL_HOST_MODULE_FAILED', 'no database'));
  const endAll = (): void => {
    for (const end of ends) end();
  };
  const wearOut = async (threadId: number): Promise<void> =>
    says.get(threadId)?.call('wornOut', []);
  const memberOf = (threadId: number): PoolMember => {
    const found = roster.members.find((member) => member.threadId === threadId);
    if (found === undefined) throw new Error(`thread ${threadId} is not there`);
    return found;
  };
  return { roster, heard, join, fail, wearOut, memberOf, [Symbol.dispose]: endAll };
}

test('a roster is complete when all threads have joined, and each frees places', async () => {
  await using _leaks = leakCheck();
  using opened = openRoster(2);
  const complete = opened.roster.complete();
  opened.join(1);
  expect(opened.heard).toEqual(['started 1', 'freed']);
  opened.join(2);
  await complete;
  expect(opened.roster.workerFunctions).toEqual(['near']);
  expect(opened.roster.isComplete).toBe(true);
});

test('a thread that cannot start fails the roster with its reason', async () => {
  using opened = openRoster(2);
  const complete = opened.roster.complete();
  opened.join(1);
  opened.fail();
  await expect(complete).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    message: 'no database',
  });
});

test('a thread that does not start in time fails the roster', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  using opened = openRoster(1);
  const complete = opened.roster.complete();
  vi.advanceTimersByTime(30_000);
  await expect(complete).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    message: 'a worker thread was not ready 30000 ms after its start',
  });
});

test('a thread that exits leaves the roster', async () => {
  using opened = openRoster(1);
  const end = opened.join(1);
  end();
  expect(opened.roster.members).toEqual([]);
  expect(opened.heard.at(-1)).toBe('exited 1 false');
});

test('a roster that will not be complete any more is not waited for', async () => {
  await using _leaks = leakCheck();
  using opened = openRoster(1);
  const complete = opened.roster.complete();
  opened.roster.giveUp(new Error('the process is gone'));
  await expect(complete).rejects.toThrow('the process is gone');
});

test('the exit of a thread is expected once the pool closes, also of one that joins late', async () => {
  using opened = openRoster(1);
  const early = opened.join(1);
  opened.roster.leave();
  const late = opened.join(2);
  expect(opened.roster.members.some((member) => member.isReady)).toBe(false);
  early();
  late();
  expect(opened.heard.slice(-2)).toEqual(['exited 1 true', 'exited 2 true']);
});

test('a thread that says that it must end gets nothing more, and stays until it is gone', async () => {
  using opened = openRoster(1);
  const end = opened.join(1);
  opened.roster.failing(1);
  expect(opened.roster.members).toHaveLength(1);
  expect(opened.roster.members[0]?.isReady).toBe(false);
  end();
  expect(opened.heard.at(-1)).toBe('exited 1 false');
});

test('a replacement that cannot start is warned of', async () => {
  using opened = openRoster(1);
  const complete = opened.roster.complete();
  opened.join(1)();
  await complete;
  const warned = once(process, 'warning');
  opened.fail();
  expect(String((await warned)[0])).toContain('no database');
});

test('a worn thread makes way when it is empty, and its end is expected', async () => {
  await using _leaks = leakCheck();
  using opened = openRoster(1);
  opened.join(1);
  const member = opened.memberOf(1);
  member.lease();
  await opened.wearOut(1);
  expect(member.isReady).toBe(false);
  expect(opened.heard.at(-1)).toBe('freed');
  member.release();
  await until(() => opened.roster.members.length === 0);
  expect(opened.heard.slice(-2)).toEqual(['terminated 1', 'exited 1 true']);
});

test('worn threads make way one after the other, each when the one before it is replaced', async () => {
  using opened = openRoster(3);
  for (const threadId of [1, 2, 3]) opened.join(threadId);
  opened.memberOf(2).lease();
  for (const threadId of [2, 1]) await opened.wearOut(threadId);
  expect(opened.roster.members.map(({ isReady }) => isReady)).toEqual([true, false, true]);
  opened.memberOf(2).release();
  await until(() => opened.roster.members.length === 2);
  expect(opened.roster.members.map(({ isReady }) => isReady)).toEqual([true, true]);
  opened.join(4);
  await until(() => opened.heard.includes('exited 1 true'));
  expect(opened.heard.filter((what) => what.startsWith('terminated'))).toEqual([
    'terminated 2',
    'terminated 1',
  ]);
  opened.join(5);
  expect(opened.roster.members.map(({ threadId }) => threadId)).toEqual([3, 4, 5]);
});

test('a worn thread stays while another one is missing', async () => {
  using opened = openRoster(2);
  const end = opened.join(1);
  opened.join(2);
  end();
  await opened.wearOut(2);
  expect(opened.memberOf(2).isReady).toBe(true);
  opened.join(3);
  expect(opened.memberOf(2).isReady).toBe(false);
});

test('a worn thread that ends by itself holds no other up', async () => {
  using opened = openRoster(2);
  opened.join(1);
  const end = opened.join(2);
  opened.memberOf(1).lease();
  for (const threadId of [1, 2]) await opened.wearOut(threadId);
  end();
  opened.memberOf(1).release();
  await until(() => opened.roster.members.length === 0);
  opened.join(3);
  opened.join(4);
  expect(opened.roster.members.every(({ isReady }) => isReady)).toBe(true);
});
