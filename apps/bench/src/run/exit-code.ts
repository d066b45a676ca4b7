import type { Verdict } from '../report/judge.ts';
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

/** Whether every target that the scenarios of a run stand for was measured and is met. */
export function isUpToTargets(
  verdicts: readonly Verdict[],
  scenarios: readonly Scenario[],
): boolean {
  return verdicts
    .filter(
      ({ isMet, scenario }) =>
        isMet !== undefined || scenarios.some(({ name }) => name === scenario),
    )
    .every(({ isMet }) => isMet === true);
}
