import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Latencies } from './latencies.ts';

function latenciesOf(ms: readonly number[]): Latencies {
  const latencies = new Latencies();
  for (const one of ms) latencies.add(one);
  return latencies;
}

const someMs = fc.array(fc.double({ min: 0.000_001, max: 3_600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

test('a percentile is that of the sorted latencies, to three digits', () => {
  const percentile = fc.constantFrom(50, 75, 90, 95, 99, 99.9, 100);
  fc.assert(
    fc.property(someMs, percentile, (ms, wanted) => {
      const sorted = ms.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil((wanted / 100) * sorted.length - 1e-9) - 1] ?? NaN;
      const got = latenciesOf(ms).percentile(wanted);
      // A nanosecond is the least that is told apart.
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(exact / 1_000 + 0.000_001);
    }),
  );
});

test('latencies of several loads together are those of one load', () => {
  fc.assert(
    fc.property(someMs, someMs, (some, others) => {
      const together = latenciesOf(some);
      together.addAll(latenciesOf(others));
      const once = latenciesOf([...some, ...others]);
      expect(together.count).toBe(once.count);
      expect(together.percentiles()).toEqual(once.percentiles());
    }),
  );
});

test('percentiles are shown as far as the count can tell them apart', () => {
  const shownOf = (count: number): readonly number[] =>
    latenciesOf(Array.from({ length: count }, () => 1))
      .percentiles()
      .map(([percentile]) => percentile);
  expect(shownOf(1)).toEqual([100]);
  expect(shownOf(100)).toEqual([50, 75, 90, 95, 99, 100]);
  expect(shownOf(10_000)).toEqual([50, 75, 90, 95, 99, 99.9, 99.99, 100]);
});

test('latencies of a few microseconds are told apart', () => {
  expect(latenciesOf([0.0125]).percentile(50)).toBeCloseTo(0.0125, 4);
});

test('what took no time at all is counted', () => {
  expect(latenciesOf([0]).count).toBe(1);
});
