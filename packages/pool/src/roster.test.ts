import { EventEmitter, once } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { errorToWire, makeError } from '@waybill/protocol';
import type { ThreadGreeting } from '@waybill/worker/entry-url';
import { leakCheck } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { poolOptions } from './open-pool.fixture.ts';
import { Roster } from './roster.ts';

/** A roster whose threads are event emitters that greet when the test says so. */
function openRoster(threads: number) {
  const heard: string[] = [];
  const workers: EventEmitter[] = [];
  const roster = new Roster({
    ...poolOptions,
    threads,
    listener: {
      ...poolOptions.listener,
      workerStarted: (threadId) => void heard.push(`started ${threadId}`),
      workerExited: (threadId, expected) => void heard.push(`exited ${threadId} ${expected}`),
      slotFreed: () => void heard.push('freed'),
    },
  });
  const greet = (threadId: number): EventEmitter => {
    const worker = Object.assign(new EventEmitter(), { threadId });
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const greeting: ThreadGreeting = {
      waybill: 'ready',
      threadId,
      port: port2,
      workerFunctions: ['near'],
    };
    roster.greeted(greeting, worker as unknown as Worker);
    workers.push(worker);
    return worker;
  };
  const fail = (threadId: number, worker = new EventEmitter()): void => {
    const error = errorToWire(makeError('ERR_WAYBILL_HOST_MODULE_FAILED', 'no database'));
    roster.greeted({ waybill: 'failed', threadId, error }, worker as unknown as Worker);
  };
  const end = (): void => {
    for (const worker of workers) worker.emit('exit', 0);
  };
  return { roster, heard, greet, fail, [Symbol.dispose]: end };
}

test('a roster is complete when all threads have joined, and each frees places', async () => {
  await using _leaks = leakCheck();
  using opened = openRoster(2);
  const complete = opened.roster.complete();
  opened.greet(1);
  expect(opened.heard).toEqual(['started 1', 'freed']);
  opened.greet(2);
  await complete;
  expect(opened.roster.workerFunctions).toEqual(['near']);
  expect(opened.roster.any().threadId).toBe(1);
});

test('a thread that cannot start fails the roster with its reason', async () => {
  using opened = openRoster(2);
  const complete = opened.roster.complete();
  opened.greet(1);
  opened.fail(2);
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

test('a thread that exits leaves the roster, and where all have there is none to ask', async () => {
  using opened = openRoster(1);
  const worker = opened.greet(1);
  worker.emit('exit', 7);
  expect(opened.roster.members).toEqual([]);
  expect(opened.heard.at(-1)).toBe('exited 1 false');
  expect(() => opened.roster.any()).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_WORKER_EXITED' }),
  );
});

test('the exit of a thread is expected once the pool closes, also of one that joins late', async () => {
  using opened = openRoster(1);
  const early = opened.greet(1);
  opened.roster.leave();
  const late = opened.greet(2);
  expect(opened.roster.members.some((member) => member.isReady)).toBe(false);
  early.emit('exit', 0);
  late.emit('exit', 0);
  expect(opened.heard.slice(-2)).toEqual(['exited 1 true', 'exited 2 true']);
});

test('a thread that says that it must end gets nothing more, and stays until it is gone', async () => {
  using opened = openRoster(1);
  const worker = opened.greet(1);
  opened.fail(1, worker);
  expect(opened.roster.members).toHaveLength(1);
  expect(opened.roster.members[0]?.isReady).toBe(false);
  worker.emit('exit', 1);
  expect(opened.heard.at(-1)).toBe('exited 1 false');
});

test('a replacement that cannot start is warned of', async () => {
  using opened = openRoster(1);
  const complete = opened.roster.complete();
  opened.greet(1).emit('exit', 1);
  await complete;
  const warned = once(process, 'warning');
  opened.fail(2);
  expect(String((await warned)[0])).toContain('no database');
});
