import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL(`./leash.child${extname(import.meta.url)}`, import.meta.url));

/** Holds processes that do not notice that the one that started them is gone. */
export interface Leash extends AsyncDisposable {
  /** From now on this process is ended when ours ends, however that happens. */
  hold(pid: number): void;
}

/**
 * Starts a process that does nothing but wait for the end of ours, by the pipe between them. The caller ends what it holds, then
 * disposes the leash, which ends nothing.
 */
export function createLeash(): Leash {
  const watcher = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(watcher, 'exit');
  return {
    hold(pid) {
      watcher.stdin.write(`${pid}\n`);
    },
    async [Symbol.asyncDispose]() {
      watcher.kill('SIGKILL');
      await ended;
    },
  };
}
