import type { Logger } from 'pino';
import { type Orchestrator, createOrchestrator, isWaybillError } from '@waybill/orchestrator';
import {
  type FunctionShelf,
  createDurableRunner,
  createFunctionShelf,
} from '@waybill/orchestrator/durable';
import { parseSettings } from '@waybill/protocol/parse';
import { type Database, type Executor, type JobQueue, openQueue } from '@waybill/queue';
import type { Config } from '../config/config.ts';
import { keptContextKey } from './data-folder.ts';
import { loadHostFunctions } from './load-host-functions.ts';
import { logEvents } from './log-events.ts';
import { openDatabase } from './open-database.ts';
import { runWithContext } from './run-attempt.ts';
import { sharePlaces } from './share-places.ts';

/** What runs jobs, with or without a server in front of it. */
export interface Parts {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly orchestrator: Orchestrator;
  readonly shelf: FunctionShelf;
  /** Takes durable jobs from the queue from now on. */
  readonly startExecutor: () => Promise<Executor>;
}

/** What parts are opened with, beside their configuration. */
export interface OpenTools {
  readonly log: Logger;
  /** Closes in the reverse order what was opened, also where a later part cannot be. */
  readonly stack: AsyncDisposableStack;
  /** Once it is aborted, nothing more is opened. */
  readonly signal: AbortSignal | undefined;
}

/** Opens the parts one after the other. @throws the reason of `signal`, too */
export async function openParts(config: Config, { log, stack, signal }: OpenTools): Promise<Parts> {
  const hostFunctions = await loadHostFunctions(config.hostFunctions);
  signal?.throwIfAborted();
  // What may take long, above all where the database is made.
  const database = stack.use(await openDatabase(config, log));
  signal?.throwIfAborted();
  const queue = stack.use(await openQueueOn(database, config, log));
  signal?.throwIfAborted();
  const { workerHostFunctions } = config;
  const orchestrator = stack.use(
    await createOrchestrator({
      ...sharePlaces(config.orchestrator),
      hostFunctions,
      ...(workerHostFunctions === undefined ? {} : { workerHostFunctions }),
    }),
  );
  stack.defer(logEvents(orchestrator, log));
  const shelf = stack.use(createFunctionShelf(orchestrator, queue.functions));
  const { run, ...tracing } = createDurableRunner(orchestrator, shelf);
  return {
    database,
    queue,
    orchestrator,
    shelf,
    startExecutor: () => {
      const { slots, name } = config.executor;
      return queue.execute({ slots, name, ...tracing, run: runWithContext(run, log) });
    },
  };
}

async function openQueueOn(database: Database, config: Config, log: Logger): Promise<JobQueue> {
  const { contextKeys, dataFolder, orchestrator, queue } = config;
  const [first, ...others] = contextKeys;
  const { limits } = parseSettings(orchestrator, { defaultThreads: 1 });
  return openQueue({
    database,
    contextKeys: [first ?? (await keptContextKey(dataFolder)), ...others],
    tenantSlots: {
      default: queue.tenantSlots.default,
      of: new Map(Object.entries(queue.tenantSlots.of)),
    },
    maxQueuedPerTenant: queue.maxQueuedPerTenant,
    // What the orchestrator would refuse by itself is refused at once, and nothing else.
    maxJobBytes: Math.max(limits.inputBytes, limits.sourceBytes),
    onError(err) {
      // A schedule whose function its tenant has removed is no fault of the service.
      const level = isWaybillError(err) && err.blame === 'caller' ? 'warn' : 'error';
      log[level]({ err }, 'something in the background failed and is tried again');
    },
  });
}
