import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CpuClock } from './cpu-clock.ts';

/** A process whose readings are what the test says. */
function fakeProcess() {
  const at = { nowMs: 1_000, cpuMs: 500, runningMs: 300 };
  const times = {
    begin: () => () => {},
    read: () => ({ cpuMs: at.cpuMs, runningMs: at.runningMs }),
  };
  const clock = new CpuClock(times, () => at.nowMs);
  /** So long on the wall, with so many isolates running, which get such a share of a core each. */
  const pass = (ms: number, share: number, isolates = 1): void => {
    at.nowMs += ms;
    at.runningMs += ms * isolates;
    at.cpuMs += ms * isolates * share;
  };
  return { clock, pass, at };
}

test('as long as nothing has run, running on the wall counts as computing', () => {
  const { clock } = fakeProcess();
  expect(clock.share).toBe(1);
  expect(clock.cpuMs(3, clock.mark())).toBe(3);
  expect(clock.wallMs(40)).toBe(40);
});

test('a long turn is charged the share of its own time, whatever was before', () => {
  const { clock, pass } = fakeProcess();
  pass(500, 1);
  const mark = clock.mark();
  expect(clock.share).toBe(1);
  pass(200, 0.25);
  expect(clock.cpuMs(200, mark)).toBeCloseTo(50);
  // 400 ms are to be expected, 300 of them spent waiting.
  expect(clock.wallMs(100)).toBeCloseTo(700);
});

test('where several isolates run at once each is charged what one of them got', () => {
  const { clock, pass } = fakeProcess();
  const mark = clock.mark();
  pass(100, 0.5, 4);
  expect(clock.cpuMs(100, mark)).toBeCloseTo(50);
});

test('a moment in which the machine was away stretches the next limit little, and no limit is stretched tenfold', () => {
  const { clock, pass } = fakeProcess();
  const mark = clock.mark();
  pass(20, 0.02);
  clock.cpuMs(20, mark);
  expect(clock.wallMs(200)).toBeLessThan(400);
  for (let window = 0; window < 100; window++) {
    const next = clock.mark();
    pass(20, 0.02);
    clock.cpuMs(20, next);
  }
  expect(clock.wallMs(200)).toBe(2_000);
});

test('short turns are charged the share of the last windows', () => {
  const { clock, pass } = fakeProcess();
  for (let turn = 0; turn < 1_000; turn++) {
    const mark = clock.mark();
    pass(1, 0.5);
    clock.cpuMs(1, mark);
  }
  expect(clock.share).toBeCloseTo(0.5);
  expect(clock.cpuMs(1, clock.mark())).toBeCloseTo(0.5);
});

test('the process is read no more often than its numbers change', () => {
  const { pass } = fakeProcess();
  let readCount = 0;
  let nowMs = 0;
  const times = {
    begin: () => () => {},
    read: () => ({ cpuMs: ++readCount, runningMs: readCount }),
  };
  const clock = new CpuClock(times, () => nowMs);
  for (let turn = 0; turn < 100; turn++) {
    const mark = clock.mark();
    nowMs += 0.1;
    clock.cpuMs(0.1, mark);
  }
  pass(0, 1);
  expect(readCount).toBeLessThanOrEqual(4);
});

test('what else the process computes never makes a share more than one core', () => {
  const { clock, pass, at } = fakeProcess();
  const mark = clock.mark();
  pass(100, 1);
  at.cpuMs += 1_000;
  expect(clock.cpuMs(100, mark)).toBe(100);
});

test('no turn is charged more than its time on the wall, or nothing at all, and no limit is endless', () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 500 }),
    share: fc.double({ min: 0, max: 2, noNaN: true }),
    isolates: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const { clock, pass } = fakeProcess();
      for (const { ms, share, isolates } of steps) {
        const mark = clock.mark();
        pass(ms, share, isolates);
        const cpuMs = clock.cpuMs(ms, mark);
        expect(cpuMs).toBeLessThanOrEqual(ms);
        expect(cpuMs).toBeGreaterThanOrEqual(ms * 0.02);
        expect(clock.wallMs(100)).toBeLessThanOrEqual(1_000);
      }
    }),
  );
});
