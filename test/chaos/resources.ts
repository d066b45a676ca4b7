import { readdirSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';

/** What this process holds of the operating system. */
export interface Held {
  readonly childCount: number;
  readonly fileCount: number;
  readonly threadCount: number;
}

/** Counts what this process holds. Linux only: elsewhere everything is 0. */
export async function heldNow(): Promise<Held> {
  if (process.platform !== 'linux') return { childCount: 0, fileCount: 0, threadCount: 0 };
  // Node starts the threads for its files with the first use of one, and keeps them.
  await access('/proc/self');
  return {
    childCount: childrenOf(process.pid).length,
    fileCount: readdirSync('/proc/self/fd').length,
    threadCount: readdirSync('/proc/self/task').length,
  };
}

/** The processes whose parent a process is, zombies included. */
function childrenOf(processId: number): number[] {
  return readdirSync(`/proc/${processId}/task`).flatMap((task) =>
    readFileSync(`/proc/${processId}/task/${task}/children`, 'utf8')
      .split(' ')
      .flatMap((word) => (word === '' ? [] : [Number(word)])),
  );
}
