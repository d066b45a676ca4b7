import type { Command } from 'commander';
import type { HistoryEntry } from '@waybill/protocol';
import { withConnection } from '../connect.ts';
import { wholeNumber } from '../input/parse.ts';
import { talking, type Session, type Tools } from '../session.ts';
import { showMoment, type Output } from '../terminal/output.ts';
import { showHop, showLog } from './run.ts';

interface LogFlags {
  readonly follow?: boolean;
  readonly events?: boolean;
  readonly after: number;
}

/** Adds `waybill logs`. */
export function addLogs(program: Command, session: Session): void {
  const command = program
    .command('logs')
    .summary('what a job logs')
    .description(
      'Print what a durable job has logged. Lines are those of the guest, with whatever a terminal could take for a command removed. Ctrl-C ends only the printing.',
    )
    .argument('<id>', 'id of the job')
    .option('-f, --follow', 'go on until the job is settled, through restarts of the service')
    .option('--events', 'print all that happened: attempts, host calls, retries, the context trail')
    .option('--after <seq>', 'leave out events up to this one', wholeNumber(0, 2 ** 31 - 1), 0);
  withConnection(command).action(talking(session, printLogs));
}

async function printLogs(
  { client, output, signal }: Tools,
  { follow = false, events, after }: LogFlags,
  [id = '']: readonly string[],
): Promise<undefined> {
  // Asked at once, so that a wrong id or address shows at once.
  await client.jobs.get(id, { signal });
  for await (const entry of client.jobs.events(id, { after, follow, signal })) {
    if (events || entry.kind === 'log') print(output, entry, events ?? false);
  }
}

function print(output: Output, entry: HistoryEntry, isFull: boolean): void {
  output.result(entry, () => {
    const text = entry.kind === 'log' ? showLog(entry.facts) : showEvent(entry);
    return isFull ? `${showMoment(entry.atMs)}  ${text}` : text;
  });
}

function showEvent(entry: HistoryEntry): string {
  if (entry.kind === 'hop') return `hop  ${showHop(entry.facts.hop)}`;
  const facts = Object.entries(entry.facts).map(([name, value]) =>
    name.endsWith('AtMs') || name.endsWith('AfterMs')
      ? `${name.slice(0, -2)}=${showMoment(Number(value))}`
      : `${name}=${String(value)}`,
  );
  return `${entry.kind}  ${facts.join(' ')}`.replaceAll('\n', ' ');
}
