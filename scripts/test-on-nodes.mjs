// Runs the test suite on every pinned Node.js, one after the other, and closes with one line for each.
import { join } from 'node:path';
import { environment, nodePath, nodeVersions, root, run } from './toolchain.mjs';

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const lines = [];

for (const version of nodeVersions) {
  const node = await nodePath(version);
  const args = [vitest, 'run', ...process.argv.slice(2)];
  const { code } = await run(node, args, { env: environment(node) });
  lines.push(`node ${version}: ${code === 0 ? 'passed' : `failed (exit code ${code})`}`);
  if (code !== 0) process.exitCode = 1;
}

for (const line of lines) console.log(line);
