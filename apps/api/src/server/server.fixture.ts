import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { httpSchemas } from '@waybill/protocol/http';
import { type Authenticator, createAuthenticator } from '../auth/authenticator.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { createSecretVault } from '../host/secret-vault.ts';
import type { ApiKey, KeyStore } from '../keys/key-store.ts';
import { createLog } from '../log/create-log.ts';
import type { ServiceMetrics } from '../metrics/service-metrics.ts';
import type { Caller, Service } from '../service.ts';
import { buildServer } from './build-server.ts';

/** The configuration of a service that nobody configured, with some keys by path. */
export function testConfig(overrides: Readonly<Record<string, unknown>> = {}): Promise<Config> {
  return loadConfig({ environment: {}, overrides });
}

/** A server with routes of a test on parts of a service. */
export interface TestServer extends AsyncDisposable {
  readonly app: FastifyInstance;
  /** Lines of the log, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly log: Logger;
}

/** What a test gives of a service; what it does not give cannot be used. */
export interface TestServerOptions {
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** @defaultValue nobody has keys */
  readonly keys?: Partial<KeyStore>;
  /** @defaultValue the real one, on the keys */
  readonly authenticator?: Authenticator;
  readonly routes?: (app: FastifyInstance, service: Service) => void;
  readonly service?: Partial<Service>;
  readonly redact?: (text: string) => string;
  readonly isLeaving?: () => boolean;
}

/** Builds a server as the service does. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { overrides = {}, routes = () => undefined, redact, isLeaving } = options;
  const config = await testConfig({ 'log.level': 'debug', ...overrides });
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLog({ level: config.log.level, vault: createSecretVault({}), stream });
  const noKeys = { hasAny: async () => false, verify: async () => undefined };
  const keys = { ...noKeys, ...options.keys } as KeyStore;
  const metrics: ServiceMetrics = {
    countRequest: () => undefined,
    openStream: () => () => undefined,
    text: async () => '',
    contentType: 'text/plain',
  };
  const service = {
    config,
    log,
    keys,
    metrics,
    state: () => 'ready',
    ...options.service,
  } as Service;
  const authenticator = options.authenticator ?? createAuthenticator(config, keys);
  const app = await buildServer(service, {
    authenticator,
    redact,
    isLeaving,
    routes: (server, all) => {
      for (const schema of httpSchemas) server.addSchema(schema);
      server.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
      routes(server, all);
    },
  });
  return { app, lines, log, [Symbol.asyncDispose]: () => app.close() };
}

/** Lets in whoever sends `Bearer <tenant>`, with the scopes that are given. */
export function authenticatorFor(scopes: Caller['scopes']): Authenticator {
  return {
    isOpen: async () => false,
    authenticate: async ({ headers }) => {
      const [, tenant = 'acme'] = /^Bearer (.*)$/.exec(headers.authorization ?? '') ?? [];
      return { tenant, scopes, name: `test ${tenant}` };
    },
  };
}

/** A key as a store gives it. */
export function testKey(fields: Partial<ApiKey> = {}): ApiKey {
  const created = { id: 'a'.repeat(16), name: 'test', createdAtMs: 1 };
  return { ...created, tenant: 'acme', scopes: ['run'], ...fields };
}
