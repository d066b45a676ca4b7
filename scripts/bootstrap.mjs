// Makes a bare machine ready and runs pnpm there: `node scripts/bootstrap.mjs run check`. With `node` as its first argument it runs
// the supported Node.js itself, with nothing in between that keeps signals to itself.
// Needs Node.js >= 20 with npm; brings the pinned pnpm, and a pinned Node.js where the running one is not supported.
import { ToolchainError, environment, pnpmPath, run, supportedNodePath } from './toolchain.mjs';

try {
  const [pnpm, node] = await Promise.all([pnpmPath(), supportedNodePath()]);
  const env = environment(node, pnpm);
  // Costs less than a tenth of a second when nothing has changed, and notices a removed node_modules.
  const install = ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'];
  const { code } = await run(pnpm, install, { env });
  const [tool, ...args] = process.argv.slice(2);
  const [file, given] = tool === 'node' ? [node, args] : [pnpm, [tool, ...args]];
  process.exitCode = code || (await run(file, given, { env })).code;
} catch (error) {
  if (!(error instanceof ToolchainError)) throw error;
  console.error(`bootstrap: ${error.message}`);
  process.exitCode = 1;
}
