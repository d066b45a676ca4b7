import type { StoredFunction } from '@waybill/protocol';
import type { QueueOffice } from '../queue-office.ts';

/** Which function is wanted. */
export interface FunctionKey {
  readonly tenant: string;
  readonly name: string;
  readonly version: number | undefined;
}

/** Functions that were read a moment ago. */
export interface FunctionCache extends Disposable {
  /** Gives what `read` gave less than {@link maxAgeMs} ago, unless the tenant's functions have changed since, or what it gives. */
  get(
    key: FunctionKey,
    read: () => Promise<StoredFunction | undefined>,
  ): Promise<StoredFunction | undefined>;
}

/** How long a change may go unnoticed where its signal was lost. */
export const maxAgeMs = 1_000;

// A spec may take a MiB: it is for the functions of a moment, not for all.
const keptCount = 256;

interface Kept {
  readonly tenant: string;
  readonly readAtMs: number;
  readonly found: Promise<StoredFunction | undefined>;
}

/** Makes the cache. It forgets a tenant's functions at the signal `functions`. */
export function createFunctionCache({
  signals,
  now,
}: Pick<QueueOffice, 'signals' | 'now'>): FunctionCache {
  const kept = new Map<string, Kept>();
  const forget = (isMeant: (entry: Kept) => boolean): void => {
    for (const [name, entry] of kept) if (isMeant(entry)) kept.delete(name);
  };
  const stopListening = signals.on('functions', (tenants) => {
    forget(({ tenant }) => tenants === '*' || tenants.has(tenant));
  });
  return {
    async get({ tenant, name, version }, read) {
      const key = `${tenant} ${name} ${version}`;
      const known = kept.get(key);
      if (known && now() - known.readAtMs < maxAgeMs) return known.found;
      const found = read();
      kept.delete(key);
      // The promise is kept and not what it gives: a change that is told meanwhile forgets it too.
      kept.set(key, { tenant, readAtMs: now(), found });
      const [oldest] = kept.keys();
      if (kept.size > keptCount && oldest !== undefined) kept.delete(oldest);
      try {
        return await found;
      } catch (error) {
        if (kept.get(key)?.found === found) kept.delete(key);
        throw error;
      }
    },
    [Symbol.dispose]: stopListening,
  };
}
