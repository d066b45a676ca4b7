import { expect, onTestFinished, test, vi } from 'vitest';
import { GuestTimers } from './guest-timers.ts';

/** Timers that a test drives as a guest would that got around the kit. */
function openTimers(mostCount = 2) {
  vi.useFakeTimers();
  const woken: number[] = [];
  const timers = new GuestTimers(mostCount, (id) => woken.push(id));
  onTestFinished(() => {
    timers.clearAll();
    vi.useRealTimers();
  });
  return { timers, woken };
}

test('timers beyond the limit are refused here too, and one that fired or was cleared makes room', () => {
  const { timers, woken } = openTimers();
  timers.set(1, 5, false);
  timers.set(2, 5, false);
  expect(() => timers.set(3, 5, false)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_TIMER_LIMIT' }),
  );
  vi.advanceTimersByTime(5);
  expect([woken, timers.count, vi.getTimerCount()]).toEqual([[1, 2], 0, 0]);
  timers.set(4, 5, false);
  timers.clear(4);
  timers.set(5, 5, false);
  timers.set(6, 5, true);
  expect(timers.count).toBe(2);
});

test('a timer under the number of one that is pending is refused', () => {
  const { timers } = openTimers();
  timers.set(1, 5, false);
  expect(() => timers.set(1, 5, false)).toThrow('past its own count');
});

test('an interval goes on at its own pace when asked for, and counts until it is cleared', () => {
  const { timers, woken } = openTimers();
  timers.set(1, 7, true);
  vi.advanceTimersByTime(7);
  expect([woken, timers.count]).toEqual([[1], 1]);
  timers.again(1);
  timers.again(1);
  vi.advanceTimersByTime(7);
  expect(woken).toEqual([1, 1]);
  timers.clear(1);
  timers.again(1);
  vi.advanceTimersByTime(100);
  expect([woken, timers.count]).toEqual([[1, 1], 0]);
});

test('a timer that is not an interval does not go on', () => {
  const { timers, woken } = openTimers();
  timers.set(1, 5, false);
  timers.again(1);
  vi.advanceTimersByTime(100);
  expect(woken).toEqual([1]);
});
