import { setTimeout as pause } from 'node:timers/promises';
import type { DestinationStream, Logger } from 'pino';
import { ContextSnapshot } from '@waybill/context';
import type { Executor } from '@waybill/queue';
import { createAuthenticator } from './auth/authenticator.ts';
import type { Config } from './config/config.ts';
import { createKeyStore } from './keys/create-key-store.ts';
import { createLog } from './log/create-log.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { registerRoutes } from './routes/index.ts';
import { buildServer } from './server/build-server.ts';
import type { Redact } from './server/answer-errors.ts';
import type { Service } from './service.ts';
import { assertFree } from './start/assert-free.ts';
import { assertGuarded } from './start/assert-guarded.ts';
import { clearEnvironment } from './start/clear-environment.ts';
import { closeServer } from './start/close-server.ts';
import { firstFailure } from './start/first-failure.ts';
import { listen } from './start/listen.ts';
import { openParts } from './start/open-parts.ts';
import { openVault } from './start/open-vault.ts';

/** How a service is started, beside its configuration. */
export interface StartOptions {
  /** Where the lines of the log go. @defaultValue the standard error stream */
  readonly stream?: DestinationStream | undefined;
  /**
   * Whether this process is the service's alone, as it is for `serve` and `work`. What the service reads in `process.env` is taken
   * out of it then as soon as it was read, so that pool processes do not inherit it: `DATABASE_URL`, the variables of the
   * configuration, `WAYBILL_TOKEN`, with `database.url` `PGPASSWORD`, and without `workerHostFunctions` the variables of `secrets`.
   * @defaultValue false
   */
  readonly ownsProcess?: boolean | undefined;
  /** Ends the start, between two of its steps, once it is aborted; what runs is ended by `close`. @defaultValue never */
  readonly signal?: AbortSignal | undefined;
}

/** A part of the service that runs, and ends when it is closed. */
export interface Running extends AsyncDisposable {
  readonly log: Logger;
  /** Resolves with the reason where it cannot go on: its database ended. Whoever started it closes it then. */
  readonly failed: Promise<Error>;
  /**
   * Ends it in order: it says that it is not ready, takes no more requests and answers those it has, runs its jobs to their end or
   * hands them back, and closes the orchestrator, the queue and the database. Takes `shutdown.lingerMs` and `shutdown.graceMs` of
   * the configuration, and little more. Idempotent.
   */
  close(): Promise<void>;
}

/** A service that listens. */
export interface RunningService extends Running {
  readonly url: string;
  /** Whether it serves requests of this machine without credentials. */
  readonly isOpen: () => Promise<boolean>;
}

/**
 * Starts the service: it listens when this resolves. What was opened is closed again where a later part cannot be.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG`, `ERR_WAYBILL_HOST_MODULE_FAILED`, `ERR_WAYBILL_DATABASE_UNAVAILABLE`,
 *   `ERR_WAYBILL_DATABASE_LOCKED`, `ERR_WAYBILL_DATABASE_TOO_NEW`, `ERR_WAYBILL_NOT_LISTENING`, what `createOrchestrator` throws, and
 *   the reason of `signal`
 */
export async function startService(
  config: Config,
  { stream, ownsProcess = false, signal }: StartOptions = {},
): Promise<RunningService> {
  // The service belongs to nobody: none of its timers and connections keeps the context of who started it.
  return ContextSnapshot.root.run(async () => {
    const vault = openVault(config);
    if (ownsProcess) clearEnvironment(config);
    const log = createLog({ level: config.log.level, vault, stream });
    try {
      return await start(config, { log, redact: vault.redact, signal });
    } catch (error) {
      throw firstFailure(error, log);
    }
  });
}

/** What a start is made with, beside its configuration. */
interface StartTools {
  readonly log: Logger;
  readonly redact: Redact;
  readonly signal: AbortSignal | undefined;
}

async function start(config: Config, { log, redact, signal }: StartTools): Promise<RunningService> {
  await using stack = new AsyncDisposableStack();
  await assertFree(config.listen);
  const parts = await openParts(config, { log, stack, signal });
  const { database, queue, orchestrator, shelf } = parts;
  const keys = await createKeyStore(database, {
    onError: (err) => log.error({ err }, 'the use of an API key could not be noted'),
  });
  await assertGuarded(config, keys);

  let executor: Executor | undefined;
  let state: ReturnType<Service['state']> = 'ready';
  let isLeaving = false;
  const metrics = stack.use(createMetrics({ orchestrator, queue, executor: () => executor }));
  const service: Service = {
    config,
    log,
    orchestrator,
    queue,
    shelf,
    keys,
    metrics,
    state: () => state,
  };
  const authenticator = createAuthenticator(config, keys);
  const app = await buildServer(service, {
    authenticator,
    routes: registerRoutes,
    redact,
    isLeaving: () => isLeaving,
  });
  stack.defer(async () => {
    const { lingerMs, graceMs } = config.shutdown;
    isLeaving = true;
    // Who was told so late that he still sends work has it taken.
    if (lingerMs > 0) await pause(lingerMs);
    state = 'draining';
    await bothDone(closeServer(app, graceMs), executor?.close({ graceMs }));
  });
  signal?.throwIfAborted();
  const url = await listen(app, config.listen);
  if (config.executor.enabled) executor = await parts.startExecutor();
  log.info({ url, database: database.kind, executor: executor?.name }, 'ready');
  return running(stack.move(), { log, failed: database.ended, url, isOpen: authenticator.isOpen });
}

/** Waits for both, and then throws what the first of them threw. */
async function bothDone(
  one: Promise<void>,
  other: Promise<void> = Promise.resolve(),
): Promise<void> {
  await Promise.allSettled([one, other]);
  await Promise.all([one, other]);
}

/** @internal makes what its caller closes of what was opened */
export function running<Facts extends { readonly log: Logger; readonly failed: Promise<Error> }>(
  stack: AsyncDisposableStack,
  facts: Facts,
): Facts & Running {
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    facts.log.info('stopping');
    await stack.disposeAsync();
    facts.log.info('stopped');
  };
  const close = (): Promise<void> => (closing ??= ContextSnapshot.root.run(end));
  return { ...facts, close, [Symbol.asyncDispose]: close };
}
