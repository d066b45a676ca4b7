import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { type WaybillError, makeError } from '@waybill/protocol';
import { leakCheck } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { poolOptions } from './open-pool.fixture.ts';
import { Roster } from './roster.ts';

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
  /** A thread joins; gives what ends it. */
  const join = (threadId: number): (() => void) => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    let end = (): void => {};
    const onGone = (tell: (error: WaybillError) => void): void => {
      end = () => tell(makeError('ERR_WAYBILL_WORKER_EXITED', 'it exited'));
    };
    roster.joined({ threadId, port: port2, workerFunctions: ['near'], onGone });
    ends.push(() => end());
    return () => end();
  };
  const fail = (): void =>
    roster.failed(makeError('ERR_WAYBILL_HOST_MODULE_FAILED', 'no database'));
  const endAll = (): void => {
    for (const end of ends) end();
  };
  return { roster, heard, join, fail, [Symbol.dispose]: endAll };
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
