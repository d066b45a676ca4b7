import { join } from 'node:path';
import type { BenchResult, ScenarioResult } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';
import type { Progress } from './progress.ts';
import { readProfiles } from './read-profile.ts';
import { interrupted, runScenario, type ScenarioEnd, type ScenarioRun } from './run-scenario.ts';

/** Scenarios, and what they have in common. */
export interface ScenariosRun extends Omit<
  ScenarioRun,
  'scenario' | 'profileFolder' | 'onProgress'
> {
  readonly scenarios: readonly Scenario[];
  /** Where a folder of profiles is made for each of them. Absent: there are none. */
  readonly profileFolder?: string | undefined;
  readonly progress: Progress;
}

/** Runs scenarios one after the other: what one of them breaks, the others do not notice. */
export async function runScenarios({
  scenarios,
  profileFolder,
  progress,
  ...shared
}: ScenariosRun): Promise<Pick<BenchResult, 'scenarios' | 'broken'>> {
  const results: ScenarioResult[] = [];
  const broken: { scenario: string; reason: string }[] = [];
  for (const scenario of scenarios) {
    const { name } = scenario;
    if (shared.signal.aborted) {
      broken.push({ scenario: name, reason: `not begun: ${interrupted}` });
      continue;
    }
    progress.begin(scenario);
    const folder = profileFolder && join(profileFolder, name);
    const onProgress = progress.update.bind(progress);
    const run = { ...shared, scenario, profileFolder: folder, onProgress };
    const { result, problem } = await runScenario(run).catch(asProblem);
    if (result !== undefined) {
      const flames = folder && { flames: await readProfiles(folder) };
      results.push({ ...result, ...flames });
    }
    if (problem !== undefined) {
      broken.push({ scenario: name, reason: problem });
      progress.say(`${name}: ${problem.split('\n', 1)[0]}`);
    }
  }
  return { scenarios: results, broken };
}

function asProblem(error: unknown): ScenarioEnd {
  return { problem: `its process could not be started: ${String(error)}` };
}
