import type { Pool } from 'pg';
import type { Database, Queryable } from './database.ts';
import { quoteName } from './quote-name.ts';

/** Hears the notifications of a pool whose connections are all one session: that of an embedded database. */
export function makeSessionListen(pool: Pool, statements: () => Queryable): Database['listen'] {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  pool.on('connect', (client) => {
    client.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '');
    });
  });
  return async (channel, onMessage, onGap) => {
    const ofChannel = listeners.get(channel) ?? new Set();
    // Twice on one channel may be the same function.
    const listener = (payload: string): void => onMessage(payload);
    listeners.set(channel, ofChannel.add(listener));
    await statements().script(`LISTEN ${quoteName(channel)}`);
    onGap();
    return async () => {
      ofChannel.delete(listener);
    };
  };
}
