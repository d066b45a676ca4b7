import type { Config } from '../config/config.ts';
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
  if (url !== undefined && URL.canParse(url)) {
    const { password, searchParams } = new URL(url);
    vault.hide('database.url', password);
    vault.hide('database.url', decodeURIComponent(password));
    vault.hide('database.url', searchParams.get('password') ?? '');
    vault.hide('database.url', url);
  }
  process.env[secretsVariable] = JSON.stringify(secrets);
  return vault;
}
