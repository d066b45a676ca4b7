import { judge } from '../report/judge.ts';
import type { BenchResult } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';

/** What the command ends with, unless a signal ends it. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Whether answers were right and every scenario came to its end. */
export function isSound({ scenarios, broken }: BenchResult): boolean {
  const isRight = scenarios.every(
    ({ checks }) => checks.wrongCount === 0 && checks.failedCount === 0,
  );
  return isRight && broken.length === 0;
}

/**
 * Whether every target that the scenarios of a run stand for is met, and was measured: a quick run is too short for some, and need not
 * have measured them.
 */
export function isUpToTargets(result: BenchResult, scenarios: readonly Scenario[]): boolean {
  const due = result.isQuick ? [] : scenarios.map(({ name }) => name);
  return judge(result)
    .filter(({ isMet, scenario }) => isMet !== undefined || due.includes(scenario))
    .every(({ isMet }) => isMet === true);
}
