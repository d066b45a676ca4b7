import { fileURLToPath } from 'node:url';
import { endWithParent, runOnNode } from './on-node.ts';

// Starts itself again, says which process that is, and is killed by it.
if (process.argv[2] === 'again') {
  endWithParent();
  setInterval(() => {}, 1_000);
  process.stdout.write(String(process.pid), () => process.kill(process.ppid, 'SIGKILL'));
} else {
  await runOnNode(process.versions.node, [fileURLToPath(import.meta.url), 'again']);
}
