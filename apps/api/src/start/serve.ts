import type { Config } from '../config/config.ts';
import { redactConfig } from '../config/describe-config.ts';
import { greeting } from './greeting.ts';
import { openVault } from './open-vault.ts';
import { untilSignal } from './until-signal.ts';

/**
 * Runs the service as the one thing that this process does: starts it, greets on standard output, and ends it in order when a
 * signal asks for it.
 *
 * @returns the exit code of the process
 * @throws what `startService` says
 */
export async function serve(config: Config): Promise<number> {
  // All that a service stands on takes a second to load, which help and checks do not need.
  const { startService } = await import('../start-service.ts');
  const service = await startService(config);
  const words = await greeting(service, config);
  // First: whoever reads the words may send a signal at once.
  const ended = untilSignal(service);
  process.stdout.write(words);
  return ended;
}

/**
 * The same for an executor without a service.
 *
 * @returns the exit code of the process
 * @throws what `startExecutorOnly` says
 */
export async function work(config: Config): Promise<number> {
  const { startExecutorOnly } = await import('../start-executor-only.ts');
  const executor = await startExecutorOnly(config);
  const ended = untilSignal(executor);
  process.stdout.write(`Waybill runs durable jobs as ${executor.name}\n`);
  return ended;
}

/**
 * Gives the configuration as JSON text, without its secrets, once each of them was found.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG` for a secret that is not where it should be
 */
export function checkConfig(config: Config): string {
  openVault(config);
  return `${JSON.stringify(redactConfig(config), null, 2)}\n`;
}
