import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

// A Ctrl-C reaches this process too, and must not end it before those that it holds.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const pids: number[] = [];
for await (const line of createInterface({ input: process.stdin })) pids.push(Number(line));

// The pipe has ended, and so has who held its other end. Asked to end, they take their files with them.
endAll('SIGTERM');
await setTimeout(1_000);
endAll('SIGKILL');
process.exit();

function endAll(signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
