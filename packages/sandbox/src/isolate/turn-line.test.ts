import { expect, onTestFinished, test, vi } from 'vitest';
import { CpuClock } from '../engine/cpu-clock.ts';
import { overdueAfterMs } from './time-limits.ts';
import { type Turn, TurnLine } from './turn-line.ts';

function watchedLine() {
  vi.useFakeTimers();
  const times = { begin: () => () => {}, read: () => ({ cpuMs: 0, runningMs: 0 }) };
  const line = new TurnLine(new CpuClock(times));
  onTestFinished(() => {
    line.close();
    vi.useRealTimers();
  });
  const overdue: string[] = [];
  const computedMs: number[] = [];
  const turn = (name: string, limitMs: number): Turn => ({
    owner: {
      attemptId: 1,
      turnOverdue: (cpuMs) => {
        overdue.push(name);
        computedMs.push(cpuMs);
      },
    },
    limitMs,
    mark: { cpuMs: 0, runningMs: 0 },
    settle: () => {},
  });
  return { line, overdue, computedMs, turn };
}

test('the first turn runs, and the next when that one has ended', () => {
  const { line, turn } = watchedLine();
  const [one, two] = [turn('one', 100), turn('two', 100)];
  line.add(one);
  line.add(two);
  expect(line.first).toBe(one);
  line.remove(one);
  line.remove(one);
  expect(line.first).toBe(two);
  expect(line.clear()).toEqual([two]);
  expect([line.first, line.cpuMs(two)]).toEqual([undefined, 0]);
});

test('the owner of a turn that outlasts its limit is told, once', async () => {
  const { line, overdue, computedMs, turn } = watchedLine();
  line.add(turn('one', 100));
  await vi.advanceTimersByTimeAsync(100 + overdueAfterMs - 1);
  expect(overdue).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(overdue).toEqual(['one']);
  expect(computedMs[0]).toBeGreaterThanOrEqual(100 + overdueAfterMs);
});

test('a turn that waits behind another is not overdue, its time starts when it runs', async () => {
  const { line, overdue, turn } = watchedLine();
  const first = turn('first', 1_000);
  line.add(first);
  line.add(turn('behind', 10));
  await vi.advanceTimersByTimeAsync(900);
  expect(overdue).toEqual([]);
  line.remove(first);
  await vi.advanceTimersByTimeAsync(10 + overdueAfterMs + 5);
  expect(overdue).toEqual(['behind']);
});

test('a short turn after a long one is watched by its own limit', async () => {
  const { line, overdue, turn } = watchedLine();
  const long = turn('long', 60_000);
  line.add(long);
  line.remove(long);
  line.add(turn('short', 10));
  await vi.advanceTimersByTimeAsync(10 + overdueAfterMs + 5);
  expect(overdue).toEqual(['short']);
});

test('many turns one after the other share one timer, and a closed line has none', async () => {
  const { line, overdue, turn } = watchedLine();
  for (let index = 0; index < 100; index++) {
    const next = turn(`turn ${index}`, 100);
    line.add(next);
    await vi.advanceTimersByTimeAsync(10);
    line.remove(next);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  }
  line.close();
  line.add(turn('late', 10));
  expect(vi.getTimerCount()).toBe(0);
  expect(overdue).toEqual([]);
});
