#!/usr/bin/env node
import { runCommand } from './run-command.ts';

const interrupt = new AbortController();
// Once: whoever asks a second time does not want to wait.
process.once('SIGINT', () => {
  interrupt.abort();
  // What is still to be typed in, nobody waits for.
  process.stdin.destroy();
});
// `| head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await runCommand(process.argv.slice(2), interrupt.signal);
