import { type Command, UsageError, help, parseCommand } from './args.ts';
import { reportLines } from './print-report.ts';
import { makeReport } from './report.ts';
import { runDemo } from './run-demo.ts';

const EXIT = { ok: 0, wrong: 1, usage: 2, interrupted: 130 } as const;

/** Does what the command line says and gives the exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  let command: Command;
  try {
    command = parseCommand(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`demo: ${error.message} (--help lists the options)`);
    return EXIT.usage;
  }
  if (command.help) {
    console.log(help);
    return EXIT.ok;
  }
  const run = await runDemo(command.threads, signal);
  if (signal.aborted) {
    console.error('demo: interrupted');
    return EXIT.interrupted;
  }
  const report = makeReport(run);
  const lines = command.json ? [JSON.stringify(report)] : reportLines(report, command.all);
  console.log(lines.join('\n'));
  return report.ok ? EXIT.ok : EXIT.wrong;
}

const interrupt = new AbortController();
// Once: whoever asks a second time does not want to wait.
process.once('SIGINT', () => interrupt.abort());
// `| head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2), interrupt.signal);
