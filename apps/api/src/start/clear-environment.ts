import type { Config } from '../config/config.ts';
import { passwordVariable } from '../config/database-password.ts';
import { databaseVariable } from '../config/from-environment.ts';
import { configKeys, otherVariables } from '../config/keys.ts';
import { takeFromEnvironment } from '../host/environment-here.ts';
import { secretsVariable } from '../host/secret-vault.ts';

/** All that a service or its command reads, but for what tells pool processes where secrets are. */
const ownVariables: readonly string[] = [
  databaseVariable,
  ...configKeys.map(({ variable }) => variable).filter((name) => name !== secretsVariable),
  ...otherVariables,
];

/**
 * Takes what the service itself read out of the environment of a process that is its own, once the configuration and the secrets
 * were read: pool processes inherit the environment, and a guest that breaks out of its isolate must not find it there. The
 * variables of `secrets` stay where `workerHostFunctions` may ask for them, which run in those processes, and so does all else.
 */
export function clearEnvironment({
  database,
  secrets,
  workerHostFunctions,
}: Pick<Config, 'database' | 'secrets' | 'workerHostFunctions'>): void {
  const own = database.url === undefined ? ownVariables : [...ownVariables, passwordVariable];
  const sources = Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : []));
  if (workerHostFunctions === undefined) {
    takeFromEnvironment([...own, ...sources]);
    return;
  }
  takeFromEnvironment(own.filter((name) => !sources.includes(name)));
}
