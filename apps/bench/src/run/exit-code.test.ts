import { expect, test } from 'vitest';
import type { BenchResult, ScenarioResult } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';
import { isSound, isUpToTargets } from './exit-code.ts';

const right = { callCount: 10, wrongCount: 0, failedCount: 0, examples: [] };

function resultOf(
  { checks = right, value }: { checks?: ScenarioResult['checks']; value?: number },
  broken: BenchResult['broken'] = [],
): BenchResult {
  const finding = { what: 'p50', unit: 'x', value: value ?? NaN, target: 'warmP50' as const };
  const scenario = {
    scenario: 'warm-call',
    seconds: 1,
    comparisons: [],
    figures: [],
    omitted: [],
    findings: value === undefined ? [] : [finding],
    checks,
  };
  const run = { machine: {}, seed: 1, isQuick: false, startedAt: '' };
  return { formatVersion: 1, ...run, scenarios: [scenario], broken };
}

function chosen(name: string): readonly Scenario[] {
  const run = (): Promise<never> => Promise.reject(new Error('never run here'));
  return [{ name, asks: '', seconds: { full: 1, quick: 1 }, run }];
}

test('a run is sound when every answer was right, every call went well and every scenario ended', () => {
  expect(isSound(resultOf({}))).toBe(true);
  expect(isSound(resultOf({ checks: { ...right, wrongCount: 1 } }))).toBe(false);
  expect(isSound(resultOf({ checks: { ...right, failedCount: 1 } }))).toBe(false);
  expect(isSound(resultOf({}, [{ scenario: 'soak', reason: 'SIGSEGV' }]))).toBe(false);
});

test('targets are met when all numbers for them are within their limits', () => {
  const judged = (value: number): boolean => isUpToTargets(resultOf({ value }), []);
  expect([judged(1), judged(2)]).toEqual([true, false]);
});

test('a target that nothing was measured for counts where its scenario was to measure it', () => {
  const result = resultOf({});
  expect(isUpToTargets(result, chosen('warm-call'))).toBe(false);
  expect(isUpToTargets(result, chosen('cold-tenant'))).toBe(true);
});

test('a quick run need not have measured every target, but those that it did are held to', () => {
  const quick = (value?: number): boolean =>
    isUpToTargets(
      { ...resultOf(value === undefined ? {} : { value }), isQuick: true },
      chosen('warm-call'),
    );
  expect([quick(), quick(1), quick(2), quick(NaN)]).toEqual([true, true, false, false]);
});
