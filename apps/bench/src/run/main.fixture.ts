import { fileURLToPath } from 'node:url';
import { goOnWithoutReaders } from './broken-pipes.ts';
import { endWithParent } from './on-node.ts';
import { runCommand } from './run-command.ts';

// The command as it is, with other scenarios and less patience.
goOnWithoutReaders();
endWithParent();
process.exitCode = await runCommand(process.argv.slice(2), {
  program: fileURLToPath(import.meta.url),
  scenariosUrl: new URL('./scenarios.fixture.ts', import.meta.url).href,
  patience: { hangMs: (seconds) => seconds * 1_000, leakMs: 2_000, endMs: 2_000 },
});
