import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Orchestrator, createOrchestrator } from '@waybill/orchestrator';
import { createDurableRunner, createFunctionShelf } from '@waybill/orchestrator/durable';
import { httpSchemas } from '@waybill/protocol/http';
import { type JobQueue, openEmbedded, openQueue } from '@waybill/queue';
import { pino } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import { loadConfig } from '../config/load-config.ts';
import { createKeyStore } from '../keys/create-key-store.ts';
import { createMetrics } from '../metrics/create-metrics.ts';
import { buildServer } from '../server/build-server.ts';
import { type Caller, type Scope, type Service, scopes } from '../service.ts';
import { createValidator } from '../validation/validator.ts';
import { registerRoutes } from './index.ts';

/**
 * The API on real parts, listening on this machine. `Authorization` is the tenant, and the scopes unless it has all of them.
 */
export interface TestApi extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly orchestrator: Orchestrator;
  readonly queue: JobQueue;
  /** Starts to run durable jobs; before, they wait. */
  execute(): Promise<void>;
  /** Sends a request, such as `POST /v1/run`. @throws Error where the answer does not fit its schema */
  ask(request: string, ask?: Ask): Promise<Answer>;
}

const validator = createValidator({ schemas: httpSchemas.map((schema) => ({ ...schema })) });

/** An answer whose body, if it has one, was read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a request says beside its address. */
export interface Ask {
  /** @defaultValue `'acme'`, with every scope */
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The schema that the answer has to fit. @defaultValue that of problems from 400 on, otherwise none */
  readonly fits?: string;
  readonly signal?: AbortSignal;
}

/** Starts the API. */
export async function startApi(
  options: Parameters<typeof createOrchestrator>[0] = {},
): Promise<TestApi> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'waybill-api-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const overrides = { 'http.maxStreamsPerTenant': 3, docs: 'public' };
  const config = await loadConfig({ environment: {}, folder, overrides });
  const database = stack.use(await openEmbedded({ folder: join(folder, 'data') }));
  const queue = stack.use(await openQueue({ database, contextKeys: [randomUUID()] }));
  const orchestrator = stack.use(
    await createOrchestrator({ containment: 'thread', threads: 1, ...options }),
  );
  const shelf = stack.use(createFunctionShelf(orchestrator, queue.functions));
  const metrics = stack.use(createMetrics({ orchestrator, queue, executor: () => undefined }));
  const keys = await createKeyStore(database, { onError: () => undefined });
  const log = pino({ level: 'silent' });
  const parts = { config, log, orchestrator, queue, shelf, keys, metrics };
  const service: Service = { ...parts, state: () => 'ready' };
  const authenticator: Authenticator = {
    authenticate: async ({ headers }) => callerOf(headers.authorization),
    isOpen: async () => false,
  };
  const app = await buildServer(service, { authenticator, routes: registerRoutes });
  stack.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const owned = stack.move();
  return {
    url,
    app,
    orchestrator,
    queue,
    async execute() {
      owned.use(await queue.execute({ slots: 4, ...createDurableRunner(orchestrator, shelf) }));
    },
    async ask(request, { as = 'acme', body, headers, fits, signal } = {}) {
      const [method = 'GET', path = '/'] = request.split(' ');
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: as,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
      const text = await response.text();
      const json = (text === '' ? {} : JSON.parse(text)) as Answer['json'];
      const schema = response.status >= 400 ? 'Problem' : fits;
      if (schema !== undefined && !validator.validate(schema, json)) {
        throw new Error(`${request}: ${text} is no ${schema}: ${validator.errorsText()}`);
      }
      return { status: response.status, headers: response.headers, json };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function callerOf(authorization = ''): Caller {
  const [tenant = '', ...given] = authorization.split(' ');
  const allowed = given.length === 0 ? scopes : (given as Scope[]);
  return { tenant, scopes: new Set(allowed), name: 'test' };
}
