import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import { notListening } from './listen.ts';

/**
 * Tries whether a server could listen: before anything is opened, which may take seconds, and all in vain.
 *
 * @throws `ERR_WAYBILL_NOT_LISTENING`
 */
export async function assertFree(address: Config['listen']): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(address);
    await once(probe, 'listening');
  } catch (cause) {
    throw notListening(address, cause);
  }
  probe.close();
  await once(probe, 'close');
}
