import type { Config } from '../config/config.ts';
import { databaseVariable } from '../config/from-environment.ts';
import { configKeys } from '../config/keys.ts';
import { takeFromEnvironment } from '../host/environment-here.ts';

const secretVariables: readonly string[] = [
  databaseVariable,
  ...configKeys.filter(({ schema }) => schema['secret'] === true).map(({ variable }) => variable),
];

/**
 * Takes what is secret out of the environment of a process that is the service's own, once the configuration and the secrets were
 * read: pool processes inherit the environment, and a guest that breaks out of its isolate must not find it there. The variables
 * of `secrets` stay where `workerHostFunctions` may ask for them, which run in those processes.
 */
export function clearEnvironment({
  secrets,
  workerHostFunctions,
}: Pick<Config, 'secrets' | 'workerHostFunctions'>): void {
  const sources = Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : []));
  if (workerHostFunctions === undefined) {
    takeFromEnvironment([...secretVariables, ...sources]);
    return;
  }
  takeFromEnvironment(secretVariables.filter((name) => !sources.includes(name)));
}
