import { join } from 'node:path';
import type { BenchResult, BrokenScenario, Checks, ScenarioResult } from '../report/result.ts';
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
  const broken: BrokenScenario[] = [];
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
    const fail = (reason: string, checks?: Checks): void => {
      broken.push({ scenario: name, reason, ...(checks && { checks }) });
      progress.say(`${name}: ${reason.split('\n', 1)[0]}`);
    };
    const { result, problem, checks } = await runScenario(run).catch(asProblem);
    if (result !== undefined) {
      // A process that is killed while it writes its profile leaves half of it.
      const flames =
        folder && (await readProfiles(folder).catch((error: unknown) => fail(unread(error))));
      results.push({ ...result, ...(flames && { flames }) });
    }
    if (problem !== undefined) fail(problem, checks);
  }
  return { scenarios: results, broken };
}

function unread(error: unknown): string {
  return `its profiles could not be read: ${String(error)}`;
}

function asProblem(error: unknown): ScenarioEnd {
  return { problem: `its process could not be started: ${String(error)}` };
}
