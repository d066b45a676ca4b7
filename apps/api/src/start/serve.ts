import type { Config } from '../config/config.ts';
import { redactConfig } from '../config/describe-config.ts';
import type { RunningExecutor } from '../start-executor-only.ts';
import type { RunningService } from '../start-service.ts';
import { greeting } from './greeting.ts';
import { openVault } from './open-vault.ts';
import { untilSignal } from './until-signal.ts';

/**
 * Runs the service as the one thing that this process does: starts it, greets on standard output, and ends it in order when a
 * signal asks for it, also while it starts. Takes what is secret out of `process.env` (`StartOptions.ownsProcess`).
 *
 * @returns the exit code of the process
 * @throws what `startService` says
 */
export function serve(config: Config): Promise<number> {
  const start = async (signal: AbortSignal): Promise<RunningService> => {
    // All that a service stands on takes a second to load, which help and checks do not need.
    const { startService } = await import('../start-service.ts');
    return startService(config, { ownsProcess: true, signal });
  };
  return untilSignal(start, async (service) => {
    process.stdout.write(await greeting(service, config));
  });
}

/**
 * The same for an executor without a service.
 *
 * @returns the exit code of the process
 * @throws what `startExecutorOnly` says
 */
export function work(config: Config): Promise<number> {
  const start = async (signal: AbortSignal): Promise<RunningExecutor> => {
    const { startExecutorOnly } = await import('../start-executor-only.ts');
    return startExecutorOnly(config, { ownsProcess: true, signal });
  };
  return untilSignal(start, async ({ name }) => {
    process.stdout.write(`Waybill runs durable jobs as ${name}\n`);
  });
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
