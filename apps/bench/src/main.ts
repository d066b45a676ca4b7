import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goOnWithoutReaders } from './run/broken-pipes.ts';
import { endWithParent } from './run/on-node.ts';
import { patience } from './run/patience.ts';
import { runCommand } from './run/run-command.ts';

goOnWithoutReaders();
endWithParent();
process.exitCode = await runCommand(process.argv.slice(2), {
  program: fileURLToPath(import.meta.url),
  scenariosUrl: new URL(`./scenarios${extname(import.meta.url)}`, import.meta.url).href,
  patience,
});
