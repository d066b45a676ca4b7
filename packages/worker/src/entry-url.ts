import { extname } from 'node:path';

export type { ThreadEngine, ThreadGreeting, ThreadOptions } from './thread-options.ts';

/** As many bytes as the cpu clock of the sandbox asks for, which cannot be imported without the addon. */
const runClockBytes = 16;

/** Where the threads of a process add up what their isolates ran: each is given the same one. */
export function makeRunClock(): SharedArrayBuffer {
  return new SharedArrayBuffer(runClockBytes);
}

/** URL of the module that a pool thread runs; its export `attempt` takes one `AttemptMessage`. */
export const workerEntryUrl: URL = new URL(`./entry${extname(import.meta.url)}`, import.meta.url);
