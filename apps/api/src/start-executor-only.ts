import type { Logger } from 'pino';
import { ContextSnapshot } from '@waybill/context';
import type { Config } from './config/config.ts';
import { invalidConfig } from './config/invalid-config.ts';
import { createLog } from './log/create-log.ts';
import { type Running, type StartOptions, running } from './start-service.ts';
import { clearEnvironment } from './start/clear-environment.ts';
import { firstFailure } from './start/first-failure.ts';
import { openParts } from './start/open-parts.ts';
import { openVault } from './start/open-vault.ts';

/** An executor without a server. */
export interface RunningExecutor extends Running {
  readonly name: string;
}

/**
 * Starts what runs durable jobs and nothing else: for more machines on one PostgreSQL.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG`, also without `database.url`: the embedded database belongs to one process; and what
 *   `startService` throws
 */
export async function startExecutorOnly(
  config: Config,
  { stream, ownsProcess = false, signal }: StartOptions = {},
): Promise<RunningExecutor> {
  if (config.database.url === undefined) {
    const expected = 'a postgres: URL: the embedded database is for one process alone';
    throw invalidConfig([{ path: 'database.url', expected, got: 'nothing' }]);
  }
  return ContextSnapshot.root.run(async () => {
    const vault = openVault(config);
    if (ownsProcess) clearEnvironment(config);
    const log = createLog({ level: config.log.level, vault, stream });
    try {
      return await start(config, log, signal);
    } catch (error) {
      throw firstFailure(error, log);
    }
  });
}

async function start(
  config: Config,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<RunningExecutor> {
  await using stack = new AsyncDisposableStack();
  const { database, startExecutor } = await openParts(config, { log, stack, signal });
  const executor = await startExecutor();
  stack.defer(() => executor.close({ graceMs: config.shutdown.graceMs }));
  log.info({ executor: executor.name }, 'ready');
  return running(stack.move(), { log, failed: database.ended, name: executor.name });
}
