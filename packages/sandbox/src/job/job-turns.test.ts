import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import type { EndedTurn } from '../engine/turn.ts';
import { JobTurns } from './job-turns.ts';

test('whoever waits for the next end goes on when it was told, and adds up what it took', async () => {
  const told: unknown[] = [];
  const turns: JobTurns = new JobTurns((end) => told.push([end, turns.count, turns.cpuMs]));
  const [one, two] = [deferred<EndedTurn>(), deferred<EndedTurn>()];
  void turns.follow(one.promise);
  void turns.follow(two.promise);
  const next = turns.nextEnd();
  one.resolve({ end: 'done', cpuMs: 2 });
  await next;
  expect(told).toEqual([['done', 1, 2]]);
  const idle = turns.idle();
  two.resolve({ end: 'timed-out', cpuMs: 3 });
  await idle;
  expect([turns.count, turns.cpuMs, told[1]]).toEqual([0, 5, ['timed-out', 0, 5]]);
});

test('a job without a turn is idle at once', async () => {
  await new JobTurns(() => {}).idle();
});

test('a turn that could not be started is over, and whoever follows it hears why', async () => {
  const told: unknown[] = [];
  const turns = new JobTurns((end) => told.push(end));
  const followed = turns.follow(Promise.reject(new Error('no such module')));
  const idle = turns.idle();
  await expect(followed).rejects.toThrow('no such module');
  await idle;
  expect(told).toEqual([]);
});

test('whoever waits goes on even where hearing of the end fails', async () => {
  const turns = new JobTurns(() => {
    throw new Error('the listener broke');
  });
  const followed = turns.follow(Promise.resolve({ end: 'done', cpuMs: 1 }));
  const idle = turns.idle();
  await expect(followed).rejects.toThrow('the listener broke');
  await idle;
});
