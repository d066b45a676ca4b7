import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithParent } from './run/on-node.ts';
import { patience } from './run/patience.ts';
import { runCommand } from './run/run-command.ts';

// `| head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
endWithParent();
process.exitCode = await runCommand(process.argv.slice(2), {
  program: fileURLToPath(import.meta.url),
  scenariosUrl: new URL(`./scenarios${extname(import.meta.url)}`, import.meta.url).href,
  patience,
});
