import type { Command } from 'commander';
import type { Hop, LogLine } from '@waybill/protocol';
import { withConnection } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { readJob, withJob, type JobOptions } from '../input/job-options.ts';
import { talking, type Session, type Tools } from '../session.ts';
import { showValue } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { noteFailure, outcomeRecord } from '../terminal/show-job.ts';

/** Adds `waybill run`. */
export function addRun(program: Command, session: Session): void {
  const command = program
    .command('run')
    .summary('run a job now')
    .description(
      'Run a job now: its value goes to stdout, what the guest logs to stderr. Ctrl-C ends the job. For a job that must not be lost, see "waybill jobs submit".',
    )
    .argument('[file]', 'JavaScript: a module with a default export; - is the standard input');
  withConnection(withJob(command)).action(talking(session, runNow));
}

async function runNow(
  { client, output, signal }: Tools,
  options: JobOptions,
  [file]: readonly string[],
): Promise<number> {
  const spec = await readJob(file, options);
  const outcome = await withProgress('running', () => client.run(spec, { signal }));
  if (output.isJson) {
    output.result(outcomeRecord(outcome), () => '');
  } else {
    for (const line of outcome.logs) output.note(showLog(line));
    for (const hop of outcome.trail ?? []) output.note(showHop(hop));
    if (outcome.ok && outcome.value !== undefined) {
      output.result(outcome.value, () => showValue(outcome.value));
    }
  }
  noteFailure(output, outcome);
  return outcome.ok ? exitCodes.ok : exitCodes.failed;
}

/** A line of a guest's log. */
export function showLog({ level, text }: Pick<LogLine, 'level' | 'text'>): string {
  // What stands in one line of the log must not look like several.
  return `${level.padEnd(5)}  ${text.replaceAll('\n', '\n       ')}`;
}

/** A border that a job crossed. */
export function showHop({ kind, name, where, context }: Hop): string {
  const pairs = context.map(([variable, value]) => `${variable}=${value}`).join(' ');
  return `${kind.padEnd(9)}  ${name ?? ''} ${where}  ${pairs}`.replaceAll('\n', ' ');
}
