import { expect, onTestFinished, test, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

function openHeartbeat() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const ask = vi.fn();
  const onSilent = vi.fn();
  return { ask, onSilent, heartbeat: new Heartbeat({ ask, onSilent }) };
}

test('a process that answers is asked again and again, and never silent', () => {
  const { ask, onSilent, heartbeat } = openHeartbeat();
  ask.mockImplementation(() => heartbeat.answered());
  vi.advanceTimersByTime(60_000);
  expect(ask).toHaveBeenCalledTimes(240);
  expect(onSilent).not.toHaveBeenCalled();
  heartbeat[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});

test('a process that owes a sign of life for three seconds is silent, once', () => {
  const { onSilent } = openHeartbeat();
  vi.advanceTimersByTime(3_249);
  expect(onSilent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onSilent).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(onSilent).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
