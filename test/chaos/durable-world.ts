import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@waybill/testkit';
import { freePort, startService, type TestService } from '../support/service.ts';

/** What can be killed, as a user would see it die. */
export type Target = 'service' | 'executor' | 'database';

/** Where the jobs of a world are kept. */
export type WorldDatabase = 'embedded' | 'postgres';

/** What there is to kill. */
export const targetsOf: Readonly<Record<WorldDatabase, readonly Target[]>> = {
  embedded: ['service'],
  postgres: ['service', 'executor', 'database'],
};

/** A service with all that belongs to it. */
export interface World extends AsyncDisposable {
  readonly url: string;
  readonly service: TestService;
  /** Where host functions note who called them. */
  readonly marksFile: string;
  readonly targets: readonly Target[];
  /** Kills, and brings it back. */
  strike(target: Target): Promise<void>;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Nothing that is not what this is about: no rate limit, no small queue, short logs. */
const config = {
  orchestrator: { threads: 2 },
  hostFunctions: pathOf('durable-functions.fixture.ts'),
  workerHostFunctions: pathOf('durable-worker-functions.fixture.ts'),
  trust: { traceparent: 'always' },
  rateLimit: { perMinute: { default: 10_000_000 } },
  queue: { tenantSlots: { default: 64 }, maxQueuedPerTenant: 1_000_000 },
  http: { maxStreamsPerTenant: 1_000 },
  log: { level: 'warn' },
};

/** Starts the service on a database, and on PostgreSQL a second executor. */
export async function startWorld(database: WorldDatabase): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'waybill-durable-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const marksFile = join(folder, 'marks.jsonl');
  const env = { WAYBILL_TEST_MARKS: marksFile };
  const strikes: Partial<Record<Target, () => Promise<void>>> = {};
  let settings: Record<string, unknown> = { ...config, executor: { name: 'service', slots: 32 } };
  if (database === 'postgres') {
    const server = stack.use(await startPostgres());
    settings = {
      ...settings,
      database: { url: await server.createDatabase() },
      contextKeys: ['not a secret: it seals what a test stores'],
    };
    const executor = stack.use(
      await startService({
        config: { ...settings, executor: { name: 'second', slots: 32 } },
        env,
        entry: pathOf('../support/executor.fixture.ts'),
        readyLine: /ready/,
      }),
    );
    strikes.executor = async () => {
      await executor.kill();
      await executor.restart();
    };
    strikes.database = async () => {
      await server.kill();
      await server.restart();
    };
  }
  const service = stack.use(await startService({ config: settings, env, port: await freePort() }));
  strikes.service = async () => {
    await service.kill();
    await service.restart();
  };
  const resources = stack.move();
  return {
    url: service.url,
    service,
    marksFile,
    targets: targetsOf[database],
    strike: async (target) => strikes[target]?.(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
