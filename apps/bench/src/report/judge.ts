import { isMet, type Target, type TargetName, targets } from '../targets.ts';
import { type Checked, checkedOf } from './checked.ts';
import type { BenchResult, ScenarioResult } from './result.ts';

/** Whether a run kept a promise. */
export interface Verdict {
  readonly target: TargetName;
  /** What is promised, in words. */
  readonly says: string;
  /** `at most 1.25x`. */
  readonly limit: string;
  /** What stands behind its number: `x` for a ratio. */
  readonly unit: string;
  /** The number that is furthest from the promise, where there are several; absent: none was measured. */
  readonly value?: number;
  /** Absent: not measured. */
  readonly isMet?: boolean;
  /** Where the number is from, or where it would have been measured. */
  readonly scenario: string;
}

interface Found {
  readonly value: number;
  readonly scenario: string;
}

/** Judges every target there is, in their order. */
export function judge(result: Pick<BenchResult, 'scenarios' | 'broken'>): readonly Verdict[] {
  const checked = checkedOf(result);
  return (Object.keys(targets) as TargetName[]).map((target) => {
    const { says, measuredBy, unit = '' }: Target = targets[target];
    const found = target === 'mismatches' ? mismatches(checked) : worst(target, result.scenarios);
    const base = { target, says, limit: limitOf(target), unit };
    if (found === undefined) return { ...base, scenario: measuredBy };
    return { ...base, ...found, isMet: isMet(target, found.value) };
  });
}

/** A target's limit in words. */
export function limitOf(name: TargetName): string {
  const { atMost, atLeast, unit = '' }: Target = targets[name];
  return [
    atMost !== undefined && `at most ${atMost}`,
    atLeast !== undefined && `at least ${atLeast}`,
  ]
    .filter((part) => part !== false)
    .map((part) => `${part}${unit}`)
    .join(', ');
}

/** Of all scenarios together: whatever is measured besides, a mixed-up context is one too many. */
function mismatches(checked: readonly Checked[]): Found | undefined {
  if (!checked.some(({ checks }) => checks.callCount > 0)) return undefined;
  const value = checked.reduce((sum, { checks }) => sum + checks.wrongCount, 0);
  const guilty = checked.filter(({ checks }) => checks.wrongCount > 0);
  return { value, scenario: guilty.map(({ scenario }) => scenario).join(', ') || 'all' };
}

function worst(name: TargetName, scenarios: readonly ScenarioResult[]): Found | undefined {
  const found = scenarios.flatMap(({ scenario, comparisons, findings }) => [
    ...comparisons
      .filter(({ target }) => target === name)
      .map(({ ratio }) => ({ scenario, value: ratio.median })),
    ...findings.filter(({ target }) => target === name).map(({ value }) => ({ scenario, value })),
  ]);
  const isFloor = targets[name].atLeast !== undefined;
  // What is no number keeps no promise.
  const badness = ({ value }: Found): number =>
    Number.isNaN(value) ? Infinity : isFloor ? -value : value;
  return found.toSorted((a, b) => badness(b) - badness(a))[0];
}
