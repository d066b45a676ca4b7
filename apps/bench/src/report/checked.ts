import type { BenchResult, ScenarioResult } from './result.ts';

/** A scenario, with what it checked. */
export type Checked = Pick<ScenarioResult, 'scenario' | 'checks'>;

/** Gives every scenario of which it is known what it checked, also those that broke after that. */
export function checkedOf({
  scenarios,
  broken,
}: Pick<BenchResult, 'scenarios' | 'broken'>): readonly Checked[] {
  const beforeTheyBroke = broken.flatMap(({ scenario, checks }) =>
    checks === undefined ? [] : [{ scenario, checks }],
  );
  return [...scenarios, ...beforeTheyBroke];
}
