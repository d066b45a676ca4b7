import { type Command, help, parseCommand, UsageError } from '../flags.ts';
import { checkOutputs, writeOutputs } from '../report/outputs.ts';
import type { BenchResult } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';
import { chooseScenarios } from './choose-scenarios.ts';
import { exitCodes, isSound, isUpToTargets } from './exit-code.ts';
import { Interrupts } from './interrupts.ts';
import { describeMachine } from './machine.ts';
import { pinnedNode, runOnNode } from './on-node.ts';
import type { Patience } from './patience.ts';
import { createProfileFolder } from './profile-folder.ts';
import { Progress } from './progress.ts';
import { runScenarios } from './run-scenarios.ts';

/** What a command stands on. */
export interface Setting {
  /** The file of the program itself. */
  readonly program: string;
  /** The module whose `scenarios` there are. */
  readonly scenariosUrl: string;
  readonly patience: Patience;
}

/** Does what a command line says and gives the exit code. What is wrong with a command line is told in a line to stderr. */
export async function runCommand(args: readonly string[], setting: Setting): Promise<number> {
  try {
    return await run(args, setting);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message} (--help lists the options)`);
    return exitCodes.usage;
  }
}

async function run(args: readonly string[], setting: Setting): Promise<number> {
  const command = parseCommand(args);
  if (command.wantsHelp) {
    console.log(help);
    return exitCodes.ok;
  }
  const node = command.node && (await pinnedNode(command.node));
  if (node !== undefined && node !== process.versions.node) {
    return runOnNode(node, [setting.program, ...args]);
  }
  const { scenarios } = (await import(setting.scenariosUrl)) as {
    readonly scenarios: readonly Scenario[];
  };
  if (command.wantsList) {
    console.log(scenarios.map(lineOf).join('\n'));
    return exitCodes.ok;
  }
  const chosen = chooseScenarios(scenarios, command.scenarioNames);
  checkOutputs(command);
  using interrupts = new Interrupts();
  const result = await measure({ ...command, ...setting }, chosen, interrupts.signal);
  const unwritten = await writeOutputs(command, result);
  for (const line of unwritten) console.error(`bench: ${line}`);
  if (interrupts.exitCode !== undefined) return interrupts.exitCode;
  return unwritten.length > 0 ? exitCodes.failed : exitCodeOf(command, result, chosen);
}

async function measure(
  setting: Command & Setting,
  scenarios: readonly Scenario[],
  signal: AbortSignal,
): Promise<BenchResult> {
  const { seed, isQuick, isProfiled, profileFolder } = setting;
  const head = { formatVersion: 1, machine: describeMachine(), seed, isQuick } as const;
  const startedAt = new Date().toISOString();
  await using folder = isProfiled ? await createProfileFolder(profileFolder) : undefined;
  using progress = new Progress({ scenarios, isQuick });
  progress.say(`seed ${seed}`);
  const measured = await runScenarios({
    ...setting,
    scenarios,
    signal,
    progress,
    profileFolder: folder?.path,
  });
  return { ...head, startedAt, ...measured };
}

function exitCodeOf(
  { isCheck }: Command,
  result: BenchResult,
  scenarios: readonly Scenario[],
): number {
  const isGood = isSound(result) && (!isCheck || isUpToTargets(result, scenarios));
  return isGood ? exitCodes.ok : exitCodes.failed;
}

function lineOf({ name, asks, isExtra }: Scenario): string {
  return `${name.padEnd(24)}${asks}${isExtra === true ? ' (runs only when it is named)' : ''}`;
}
