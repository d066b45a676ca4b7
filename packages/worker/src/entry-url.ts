import { extname } from 'node:path';

export type { ThreadGreeting, ThreadOptions } from './thread-options.ts';

/** URL of the module that a pool thread runs; its export `attempt` takes one `AttemptMessage`. */
export const workerEntryUrl: URL = new URL(`./entry${extname(import.meta.url)}`, import.meta.url);
