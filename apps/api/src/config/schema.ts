import { hostname } from 'node:os';
import { limitTable } from '@waybill/protocol';
import type { JsonSchema } from '../validation/json-schema.ts';
import { maxLimitSchemas } from './max-limits.ts';

const MiB = 1_048_576;
const dayMs = 86_400_000;
const maxCount = 1_000_000_000;
const anyBytes = [1_024, MiB * MiB] as const;
const tenantName = '^[A-Za-z0-9._:-]{1,128}$';
const trusts = ['never', 'authenticated', 'always'];

function integer(
  description: string,
  range: readonly [number, number],
  given?: number,
): JsonSchema {
  const [minimum, maximum] = range;
  const byDefault = given === undefined ? {} : { default: given };
  return { type: 'integer', minimum, maximum, description, ...byDefault };
}

function choice(description: string, values: readonly string[], given?: string): JsonSchema {
  return { enum: values, description, ...(given === undefined ? {} : { default: given }) };
}

function flag(description: string, given: boolean): JsonSchema {
  return { type: 'boolean', description, default: given };
}

function text(description: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'string', minLength: 1, maxLength: 4_096, description, ...more };
}

function section(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { ...record(properties), default: {} };
}

function record(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, additionalProperties: false };
}

function perTenant(words: string, range: readonly [number, number], given: number): JsonSchema {
  return section({
    default: integer(`${words}, for each tenant`, range, given),
    of: {
      type: 'object',
      description: `${words}, by name of tenant`,
      propertyNames: { pattern: tenantName, expected: 'a name of a tenant' },
      additionalProperties: integer('for this tenant', range),
      default: {},
    },
  });
}

const modulePath = 'path of a JavaScript or TypeScript module';

const secrets: JsonSchema = {
  type: 'object',
  description:
    'where host functions find their secrets: {"NAME": {"env": "VARIABLE"} or {"file": "path"}}',
  propertyNames: {
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
    expected: 'a name of letters, digits and _',
  },
  additionalProperties: {
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    expected: '{"env": "VARIABLE"} or {"file": "path"}',
    properties: { env: text('environment variable'), file: text('path of a file') },
    additionalProperties: false,
  },
  default: {},
};

const jwt: JsonSchema = {
  type: 'object',
  description: 'tokens of an identity provider',
  required: ['jwksUrl', 'issuer', 'audience'],
  properties: {
    jwksUrl: text('address of its key set', {
      pattern: '^https?://',
      expected: 'an https: URL, or http: on this machine',
    }),
    issuer: text('what `iss` must be'),
    audience: text('what `aud` must hold'),
    tenantClaim: text('claim with the name of the tenant', { default: 'tenant' }),
    scopesClaim: text('claim with the scopes', { default: 'scope' }),
    clockToleranceSeconds: integer('how much its clock may differ', [0, 300], 30),
  },
  additionalProperties: false,
};

const orchestrator: JsonSchema = {
  type: 'object',
  description: 'options of the orchestrator; all that are plain data',
  properties: {
    // Its other options are checked where they are known; these few are also taken from the environment.
    threads: integer('worker threads of each pool process', [1, 64]),
    attemptsPerThread: integer('jobs that one thread serves at once', [1, 1_024]),
    containment: choice('what holds the threads', ['process', 'thread']),
    isolation: choice('what tenants never share', ['tenant-isolate', 'tenant-process']),
    engine: choice('what runs guests', ['isolate', 'realm']),
    limits: {
      type: 'object',
      description: 'limits of a job that asks for no others',
      additionalProperties: true,
    },
  },
  additionalProperties: true,
  default: {},
};

const contextKeys: JsonSchema = {
  type: 'array',
  items: {
    type: 'string',
    minLength: 32,
    maxLength: 1_024,
    secret: true,
    expected: 'at least 32 characters',
  },
  maxItems: 8,
  secret: true,
  description:
    'what seals the stored context of jobs: the first seals, each opens; needed with database.url, and the same in all processes',
  default: [],
};

/** Every key of the configuration: its type, range, default and meaning. */
export const configSchema: JsonSchema = record({
  listen: section({
    host: text('address to listen at; other than loopback only with credentials', {
      default: '127.0.0.1',
    }),
    port: integer('port to listen at; 0: any that is free', [0, 65_535], 8_478),
  }),
  dataFolder: text('folder of the embedded database', { default: '.waybill', path: true }),
  database: section({
    url: text('a PostgreSQL server instead of the embedded database', {
      pattern: '^postgres(ql)?://',
      expected: 'a postgres: URL',
      secret: true,
    }),
    maxConnections: integer('connections to the PostgreSQL server', [2, 1_000], 10),
    preparedStatements: flag(
      'whether these keep statements prepared; false behind a pooler that cannot, such as PgBouncer before 1.21 in transaction mode',
      true,
    ),
  }),
  contextKeys,
  orchestrator,
  maxLimits: section(maxLimitSchemas),
  executor: section({
    enabled: flag('whether this process runs durable jobs', true),
    slots: integer('durable jobs that it runs at once', [1, 1_000], 16),
    name: text("name of this executor: the same at each start, and no other's", {
      maxLength: 255,
      default: hostname(),
    }),
  }),
  queue: section({
    tenantSlots: perTenant('durable jobs that run at once, in all processes', [1, 100_000], 8),
    maxQueuedPerTenant: integer('durable jobs of a tenant that may wait', [1, maxCount], 20_000),
  }),
  auth: section({ keys: flag('whether API keys are accepted', true), jwt }),
  rateLimit: section({
    perMinute: perTenant('requests in a minute, to this process', [1, maxCount], 6_000),
    unauthenticatedPerMinute: integer(
      'the same, of an address without valid credentials',
      [1, maxCount],
      120,
    ),
  }),
  body: section({
    maxBytes: perTenant('bytes of a request body', [1_024, 512 * MiB], 10 * MiB),
    maxInFlightBytes: integer("bytes of a tenant's unanswered requests", anyBytes, 64 * MiB),
    maxInFlightBytesInAll: integer('the same, of all tenants together', anyBytes, 512 * MiB),
    maxDepth: integer('levels of JSON in a body', [8, 1_000], limitTable.depth.default + 8),
    maxValues: integer('values of JSON in a body', [1_000, maxCount], 1_000_000),
  }),
  http: section({
    headersTimeoutMs: integer('time for the headers of a request', [100, dayMs], 10_000),
    requestTimeoutMs: integer('time for a whole request to arrive', [100, dayMs], 60_000),
    keepAliveTimeoutMs: integer('time between two requests of a connection', [100, dayMs], 65_000),
    maxConnections: integer('connections at once', [1, 1_000_000], 10_000),
    maxStreamsPerTenant: integer(
      'event streams and waiting requests of a tenant at once',
      [1, 100_000],
      100,
    ),
  }),
  trust: section({
    traceparent: choice('whose traceparent and tracestate are believed', trusts, 'authenticated'),
    baggage: choice('whose baggage is believed', trusts, 'never'),
    proxies: {
      type: 'array',
      items: text('address', {
        pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$',
        expected: 'an address or a range as 10.0.0.0/8',
      }),
      maxItems: 100,
      description: 'addresses of proxies whose X-Forwarded-For is believed',
      default: [],
    },
  }),
  hostFunctions: text(`${modulePath} with the host functions of this process`, { path: true }),
  workerHostFunctions: text(`${modulePath} with the host functions of the pool threads`, {
    path: true,
  }),
  secrets,
  log: section({
    level: choice(
      'least severity that is written',
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'info',
    ),
  }),
  docs: choice(
    'who may read /openapi.json and /docs',
    ['public', 'authenticated', 'off'],
    'public',
  ),
  metrics: choice(
    'who may read /metrics; authenticated: scope metrics',
    ['public', 'authenticated', 'off'],
    'authenticated',
  ),
  shutdown: section({
    lingerMs: integer(
      'time between /readyz saying no and the end of the listener',
      [0, 600_000],
      0,
    ),
    graceMs: integer('time for requests and jobs that run, after that', [0, 600_000], 10_000),
  }),
});
