import type { Config } from '../config/config.ts';
import { passwordsIn } from '../config/database-password.ts';
import { type SecretVault, createSecretVault, secretsVariable } from '../host/secret-vault.ts';

/**
 * Opens the secrets of a service and reads them all, so that one that is missing is noticed now, and so that none stands in a log.
 * Tells the pool processes, which inherit the environment, where to find them.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG` that names a secret that cannot be read
 */
export function openVault({ secrets, database, contextKeys }: Config): SecretVault {
  const vault = createSecretVault(secrets);
  vault.readAll();
  for (const key of contextKeys) vault.hide('contextKeys', key);
  const { url } = database;
  for (const secret of url === undefined ? [] : [url, ...passwordsIn(url)]) {
    vault.hide('database.url', secret);
  }
  process.env[secretsVariable] = JSON.stringify(secrets);
  return vault;
}
