import { UsageError } from '../flags.ts';
import type { Scenario } from '../scenario.ts';

/** Gives the scenarios that are named, in the order that all have; where none is named, all that are no extra. @throws UsageError */
export function chooseScenarios(
  all: readonly Scenario[],
  names: readonly string[],
): readonly Scenario[] {
  const unknown = names.find((name) => !all.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(', ');
    throw new UsageError(`--scenario: there is no ${JSON.stringify(unknown)}, only ${known}`);
  }
  if (names.length === 0) return all.filter(({ isExtra }) => isExtra !== true);
  return all.filter(({ name }) => names.includes(name));
}
