import { expect, onTestFinished, test, vi } from 'vitest';
import { type EscalationStep, type Rung, climb, escalationLadder } from './escalation.ts';

/** Rungs that write down when they were taken, in ms. */
function watchedRungs() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const startMs = Date.now();
  const taken: [EscalationStep, number][] = [];
  const rungs = (Object.keys(escalationLadder) as EscalationStep[]).map((step): Rung => ({
    step,
    take: () => void taken.push([step, Date.now() - startMs]),
  }));
  return { rungs, taken };
}

test('the ladder is interrupt, dispose, wedge, kill, each after the grace of the one before', async () => {
  const { rungs, taken } = watchedRungs();
  const climbing = climb(rungs, new Promise(() => {}));
  await vi.runAllTimersAsync();
  expect(await climbing).toBe('kill');
  const { interrupt, dispose, wedge } = escalationLadder;
  const disposeMs = interrupt.graceMs;
  const wedgeMs = disposeMs + dispose.graceMs;
  expect(taken).toEqual([
    ['interrupt', 0],
    ['dispose', disposeMs],
    ['wedge', wedgeMs],
    ['kill', wedgeMs + wedge.graceMs],
  ]);
});

test('a guest that ends is spared the next step, and no timer is left', async () => {
  const { rungs, taken } = watchedRungs();
  const ended = Promise.withResolvers<void>();
  const climbing = climb(rungs, ended.promise);
  await vi.advanceTimersByTimeAsync(escalationLadder.interrupt.graceMs + 1);
  ended.resolve();
  expect(await climbing).toBe('dispose');
  expect(taken.map(([step]) => step)).toEqual(['interrupt', 'dispose']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a ladder without rungs is not climbed', async () => {
  expect(await climb([], new Promise(() => {}))).toBeUndefined();
});

test('the whole ladder takes less than the two seconds that a job may be late', () => {
  const graces = Object.values(escalationLadder).map(({ graceMs }) => graceMs);
  expect(graces.reduce((sum, graceMs) => sum + graceMs)).toBeLessThan(2_000);
});
