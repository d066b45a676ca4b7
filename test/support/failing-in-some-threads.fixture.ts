import { threadId } from 'node:worker_threads';

/** Offered by the threads with odd numbers only. */
export const answer = (): number => 42;

if (threadId % 2 === 0) throw new Error('this thread cannot reach the database');
