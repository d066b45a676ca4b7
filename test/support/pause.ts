import { setTimeout } from 'node:timers/promises';

/** What a host function of a test waits for, where it stands for one that does input and output. */
export async function pause(ms = 1): Promise<void> {
  await setTimeout(ms);
}
