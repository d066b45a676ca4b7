import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCompletion } from './commands/completion.ts';
import { addFunctions } from './commands/functions.ts';
import { addJobs } from './commands/jobs.ts';
import { addKeys } from './commands/keys.ts';
import { addLogs } from './commands/logs.ts';
import { addRun } from './commands/run.ts';
import { addSchedules } from './commands/schedules.ts';
import { addServe } from './commands/serve.ts';
import { exitCodesHelp } from './exit-codes.ts';
import type { Session } from './session.ts';
import { Output } from './terminal/output.ts';

/** Makes the tree of all commands. It throws a CommanderError instead of ending the process. */
export function makeProgram(session: Session): Command {
  const program = new Command('waybill')
    .description('Run JavaScript that you did not write.')
    .version(readVersion(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: (text) => new Output(false).error(toSentence(text)) })
    .addHelpText('afterAll', exitCodesHelp);
  addServe(program, session);
  addRun(program, session);
  addJobs(program, session);
  addLogs(program, session);
  addFunctions(program, session);
  addSchedules(program, session);
  addKeys(program, session);
  addCompletion(program);
  return program;
}

function toSentence(text: string): string {
  return `${text.replace(/^error: /, '').trim()} (--help lists what there is)`;
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
