import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { leakCheck, runNode } from '@waybill/testkit';
import { expect, it } from 'vitest';
import { createLeash } from './leash.ts';

const sleeper = 'setInterval(() => undefined, 1_000_000)';

it('a process on the leash ends when the one that holds it is killed', async () => {
  const code = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { createLeash } from ${JSON.stringify(import.meta.resolve('./leash.ts'))};
    const leash = createLeash();
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(sleeper)}], { stdio: 'inherit' });
    await once(child, 'spawn');
    leash.hold(child.pid);
    process.kill(process.pid, 'SIGKILL');
  `;
  // Resolves when the sleeper is gone too, as it holds the other end of the output.
  const { signal, stderr } = await runNode({ code });
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
});

it('a process on the leash lives on when the leash is disposed', async () => {
  await using _leaks = leakCheck();
  const child = spawn(process.execPath, ['-e', sleeper], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const leash = createLeash();
  if (child.pid !== undefined) leash.hold(child.pid);
  await leash[Symbol.asyncDispose]();
  expect(child.exitCode).toBeNull();
  expect(child.signalCode).toBeNull();
  child.kill();
  await ended;
});
