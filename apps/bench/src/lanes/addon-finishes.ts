import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until isolated-vm is through with isolates that were disposed: it still frees their heaps in threads of its own, and then tells
 * the event loop that they belonged to. A thread that ends before can take the process along. So can one that ends amid a collection
 * of its heap, with handles of isolated-vm there that nobody holds: a whole collection leaves neither.
 */
export async function addonFinishes(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await delay(5);
  const session = new Session();
  session.connect();
  await new Promise((resolve) => session.post('HeapProfiler.collectGarbage', resolve));
  session.disconnect();
}
