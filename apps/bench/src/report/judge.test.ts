import { expect, test } from 'vitest';
import { scenarios } from '../scenarios.ts';
import { type TargetName, targets } from '../targets.ts';
import { judge, type Verdict } from './judge.ts';
import type { ScenarioResult } from './result.ts';

interface Numbers {
  readonly scenario?: string;
  readonly ratios?: readonly number[];
  readonly target?: TargetName;
  readonly findings?: ScenarioResult['findings'];
  readonly wrongCount?: number;
}

function scenarioWith({
  scenario = 'one',
  ratios = [],
  target = 'warmP50',
  findings = [],
  wrongCount = 0,
}: Numbers): ScenarioResult {
  const comparisons = ratios.map((median) => ({
    what: 'latency',
    unit: 'ms',
    ours: { name: 'ours', median },
    other: { name: 'other', median: 1 },
    ratio: { median, low: median, high: median, roundCount: 2 },
    rounds: [],
    loop: 'open' as const,
    target,
  }));
  const checks = { callCount: 10, wrongCount, failedCount: 0, examples: [] };
  return { scenario, seconds: 1, comparisons, findings, figures: [], omitted: [], checks };
}

function verdictOf(target: TargetName, ...results: readonly Numbers[]): Verdict | undefined {
  return judge({ scenarios: results.map(scenarioWith), broken: [] }).find(
    (one) => one.target === target,
  );
}

test('every target has its verdict, and one that nothing was measured for has no number', () => {
  const verdicts = judge({ scenarios: [], broken: [] });
  expect(verdicts.map(({ target }) => target)).toEqual(Object.keys(targets));
  for (const { value, isMet } of verdicts) expect([value, isMet]).toEqual([undefined, undefined]);
});

test.each<readonly [TargetName, number, boolean]>([
  ['warmP50', 1.25, true],
  ['warmP50', 1.26, false],
  ['warmThroughput', 0.85, true],
  ['warmThroughput', 0.84, false],
  ['warmP50', NaN, false],
])('%s of %d is met: %s', (target, ratio, isMet) => {
  expect(verdictOf(target, { target, ratios: [ratio] })).toMatchObject({ value: ratio, isMet });
});

test.each<readonly [TargetName, number]>([
  ['warmP50', 2],
  ['warmThroughput', 0.5],
])('of several numbers for %s the worst one counts', (target, value) => {
  const [good, bad] = [1, value];
  const results = [
    { scenario: 'good', target, ratios: [good] },
    { scenario: 'bad', target, ratios: [good, bad] },
  ];
  expect(verdictOf(target, ...results)).toMatchObject({ value, isMet: false, scenario: 'bad' });
  const unknown = { scenario: 'unknown', target, ratios: [NaN] };
  expect(verdictOf(target, ...results, unknown)).toMatchObject({ value: NaN, isMet: false });
});

test('a finding is held to its target as a ratio is', () => {
  const finding = { what: 'slope', unit: 'MiB', value: 0.5, target: 'memorySlope' as const };
  expect(verdictOf('memorySlope', { findings: [finding] })).toMatchObject({ isMet: false });
});

test('mismatches are what is wrong in all scenarios together', () => {
  expect(verdictOf('mismatches', {}, {})).toMatchObject({ value: 0, isMet: true });
  const wrong = [{ wrongCount: 1 }, { scenario: 'two', wrongCount: 2 }];
  expect(verdictOf('mismatches', ...wrong)).toMatchObject({
    value: 3,
    isMet: false,
    scenario: 'one, two',
  });
});

test('what was wrong in a scenario before it broke is a mismatch too', () => {
  const [ended, { checks }] = [scenarioWith({}), scenarioWith({ wrongCount: 2 })];
  const broken = [
    { scenario: 'two', reason: 'Error: lost', checks },
    { scenario: 'three', reason: 'SIGSEGV' },
  ];
  const verdict = judge({ scenarios: [ended], broken }).find(
    ({ target }) => target === 'mismatches',
  );
  expect(verdict).toMatchObject({ value: 2, isMet: false, scenario: 'two' });
});

test('the limit is said in words, with the unit of its number', () => {
  expect(verdictOf('warmP50')?.limit).toBe('at most 1.25x');
  expect(verdictOf('warmThroughput')?.limit).toBe('at least 0.85x');
  expect(verdictOf('mismatches')?.limit).toBe('at most 0');
});

test('every target is measured by a scenario that there is', () => {
  const names = new Set(['all', ...scenarios.map(({ name }) => name)]);
  const unmeasured = Object.values(targets).filter(({ measuredBy }) => !names.has(measuredBy));
  expect(unmeasured).toEqual([]);
});
