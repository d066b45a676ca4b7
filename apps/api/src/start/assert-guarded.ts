import { isLoopback } from '../auth/loopback.ts';
import type { Config } from '../config/config.ts';
import { invalidConfig } from '../config/invalid-config.ts';
import type { KeyStore } from '../keys/key-store.ts';

/**
 * Sees to it that nobody from outside finds a service that asks for no credentials.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG` for an address other than loopback while there is neither an API key nor an identity provider
 */
export async function assertGuarded(
  { listen, auth }: Pick<Config, 'listen' | 'auth'>,
  keys: Pick<KeyStore, 'hasAny'>,
): Promise<void> {
  if (isLoopback(listen.host) || auth.jwt !== undefined) return;
  if (auth.keys && (await keys.hasAny())) return;
  const expected =
    'a loopback address as long as nobody has credentials (first make a key with `waybill keys create`, or set auth.jwt)';
  throw invalidConfig([{ path: 'listen.host', expected, got: JSON.stringify(listen.host) }]);
}
