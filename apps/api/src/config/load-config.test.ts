import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Limits, isWaybillError, limitTable } from '@waybill/protocol';
import type { ConfigSources } from './load-config.ts';
import { loadConfig } from './load-config.ts';
import { configKeys } from './keys.ts';

const secret = 'correct-horse-battery-staple-000';

async function refusalOf(sources: ConfigSources): Promise<{ code: string; lines: string[] }> {
  try {
    await loadConfig({ environment: {}, ...sources });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return { code: error.code, lines: error.message.split('\n') };
  }
  throw new Error('expected the configuration to be refused');
}

async function withFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-config-'));
  try {
    const file = join(folder, 'waybill.json');
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('without anything the service listens on loopback, on an embedded database in the working folder', async () => {
  const config = await loadConfig({ environment: {}, folder: '/srv' });
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 8478 },
    dataFolder: '/srv/.waybill',
    database: { maxConnections: 10, preparedStatements: true },
    auth: { keys: true },
    trust: { traceparent: 'authenticated', baggage: 'never', proxies: [] },
    docs: 'public',
    metrics: 'authenticated',
  });
  expect(config.database.url).toBeUndefined();
});

test('the environment goes before the file, and what a command was told before both', async () => {
  const text = JSON.stringify({ listen: { port: 1, host: 'localhost' }, log: { level: 'warn' } });
  await withFile(text, async (file) => {
    const environment = { WAYBILL_LISTEN_PORT: '2', WAYBILL_LOG_LEVEL: 'error' };
    const config = await loadConfig({ file, environment, overrides: { 'log.level': 'debug' } });
    expect(config.listen).toEqual({ host: 'localhost', port: 2 });
    expect(config.log.level).toBe('debug');
  });
});

test('WAYBILL_CONFIG names the file', async () => {
  await withFile('{"docs":"off"}', async (file) => {
    const config = await loadConfig({ environment: { WAYBILL_CONFIG: file } });
    expect(config.docs).toBe('off');
  });
});

test('paths in the file are relative to its folder, those of the environment to the working folder', async () => {
  const text = JSON.stringify({
    dataFolder: 'data',
    hostFunctions: './waybill.json',
    secrets: { TOKEN: { file: 'secrets/token' } },
  });
  await withFile(text, async (file) => {
    const environment = { WAYBILL_WORKER_HOST_FUNCTIONS: 'load-config.test.ts' };
    const config = await loadConfig({ file, environment, folder: import.meta.dirname });
    const folder = join(file, '..');
    expect(config.dataFolder).toBe(join(folder, 'data'));
    expect(config.hostFunctions).toBe(pathToFileURL(file).href);
    expect(config.workerHostFunctions).toBe(new URL('load-config.test.ts', import.meta.url).href);
    expect(config.secrets).toEqual({ TOKEN: { file: join(folder, 'secrets/token') } });
  });
});

test('lists, objects, numbers and flags are read from the environment', async () => {
  const config = await loadConfig({
    environment: {
      WAYBILL_CONTEXT_KEYS: `${secret}, ${secret.toUpperCase()}`,
      WAYBILL_TRUST_PROXIES: '10.0.0.0/8,::1',
      WAYBILL_QUEUE_TENANT_SLOTS_OF: '{"acme":3}',
      WAYBILL_ORCHESTRATOR: '{"limits":{"wallMs":100}}',
      WAYBILL_ORCHESTRATOR_THREADS: '3',
      WAYBILL_EXECUTOR_ENABLED: 'false',
      WAYBILL_DATABASE_PREPARED_STATEMENTS: 'false',
      WAYBILL_AUTH_JWT_JWKS_URL: 'https://id.example/keys',
      WAYBILL_AUTH_JWT_ISSUER: 'id',
      WAYBILL_AUTH_JWT_AUDIENCE: 'waybill',
      DATABASE_URL: 'postgres://u:p@db/waybill',
    },
  });
  expect(config).toMatchObject({
    contextKeys: [secret, secret.toUpperCase()],
    trust: { proxies: ['10.0.0.0/8', '::1'] },
    queue: { tenantSlots: { default: 8, of: { acme: 3 } } },
    orchestrator: { limits: { wallMs: 100 }, threads: 3 },
    executor: { enabled: false },
    auth: { jwt: { tenantClaim: 'tenant', clockToleranceSeconds: 30 } },
    database: { url: 'postgres://u:p@db/waybill', preparedStatements: false },
  });
});

test('every wrong value is named at once, with what was expected and what came', async () => {
  const { code, lines } = await refusalOf({
    environment: {
      WAYBILL_LISTEN_PORT: '70000',
      WAYBILL_DOCS: 'on',
      WAYBILL_QUEUE_TENANT_SLOTS_OF: '{"a b":1,"c":0}',
      WAYBILL_ORCHESTRATOR: '{"threadz":1,"limits":{"wallMs":0}}',
      WAYBILL_SECRETS: '{"TOKEN":{}}',
      WAYBILL_AUTH_JWT_ISSUER: 'id',
    },
    overrides: { 'rateLimit.perMinut': 5 },
  });
  expect(code).toBe('ERR_WAYBILL_INVALID_CONFIG');
  expect(lines.toSorted()).toEqual(
    [
      'listen.port: expected an integer from 0 to 65535, got 70000',
      'docs: expected one of "public", "authenticated", "off", got "on"',
      'queue.tenantSlots.of["a b"]: expected a name of a tenant, got "a b"',
      'queue.tenantSlots.of.c: expected an integer from 1 to 100000, got 0',
      'rateLimit.perMinut: expected a known key (did you mean "perMinute"?), got "perMinut"',
      'orchestrator.threadz: expected a known key (did you mean "threads"?), got "threadz"',
      'orchestrator.limits.wallMs: expected an integer from 1 to 86400000 (ms), got 0',
      'secrets.TOKEN: expected {"env": "VARIABLE"} or {"file": "path"}, got an object',
      'auth.jwt.jwksUrl: expected an https: URL, or http: on this machine, got nothing',
      'auth.jwt.audience: expected text of 1 to 4096 characters, got nothing',
    ].toSorted(),
  );
});

test('a mistyped variable is refused, one that others set for a service of this name is not', async () => {
  const kubernetes = { WAYBILL_PORT: 'tcp://10.0.0.1:8478', WAYBILL_SERVICE_HOST: '10.0.0.1' };
  await loadConfig({ environment: { ...kubernetes, WAYBILL_TOKEN: 'x', WAYBILL_URL: 'y' } });
  const { lines } = await refusalOf({ environment: { WAYBILL_LISTEN_PROT: '1' } });
  expect(lines).toEqual([
    'WAYBILL_LISTEN_PROT: expected a known variable (did you mean "WAYBILL_LISTEN_PORT"?), got this one',
  ]);
  const shortened = await refusalOf({ environment: { WAYBILL_PORT: '9000' } });
  expect(shortened.lines).toEqual([
    'WAYBILL_PORT: expected a known variable (did you mean "WAYBILL_LISTEN_PORT"?), got this one',
  ]);
});

test('a variable that holds a secret may be named like a key of the configuration', async () => {
  const environment = { WAYBILL_SECRET: secret, WAYBILL_SECRETS: '{"S":{"env":"WAYBILL_SECRET"}}' };
  const config = await loadConfig({ environment });
  expect(config.secrets).toEqual({ S: { env: 'WAYBILL_SECRET' } });
});

test('a refusal never shows a secret', async () => {
  const { lines } = await refusalOf({
    environment: {
      DATABASE_URL: 'mysql://user:hunter2hunter2@db',
      WAYBILL_CONTEXT_KEYS: 'hunter2hunter2',
    },
  });
  expect(lines).toEqual([
    'database.url: expected a postgres: URL, got text of 30 characters',
    'contextKeys[0]: expected at least 32 characters, got text of 14 characters',
  ]);
});

test.each([
  ['postgres://db/waybill', 'postgres://db/waybill?password=a%26b'],
  ['postgres://u@db:5432/waybill?sslmode=require', '&password=a%26b'],
  ['postgres://u:@/waybill?host=/run', '&password=a%26b'],
  ['postgres://u:own@db/waybill', 'postgres://u:own@db/waybill'],
  ['postgres://u@db/waybill?password=own', 'postgres://u@db/waybill?password=own'],
])('%s has the password of PGPASSWORD where it has none', async (DATABASE_URL, ending) => {
  const environment = { DATABASE_URL, PGPASSWORD: 'a&b', WAYBILL_CONTEXT_KEYS: secret };
  const { database } = await loadConfig({ environment });
  expect(database.url?.startsWith(DATABASE_URL)).toBe(true);
  expect(database.url?.endsWith(ending)).toBe(true);
});

test('limits that requests may ask for have the ranges of the limits', async () => {
  const { maxLimits } = await loadConfig({ environment: {} });
  expect(Object.keys(maxLimits)).toEqual(Object.keys(limitTable));
  for (const [name, given] of Object.entries(maxLimits)) {
    const { default: byDefault, max } = limitTable[name as keyof Limits];
    // What a job has that asks for nothing may be asked for.
    expect(given, name).toBeGreaterThanOrEqual(byDefault);
    const { lines } = await refusalOf({ overrides: { [`maxLimits.${name}`]: max + 1 } });
    expect(lines).toEqual([expect.stringMatching(`^maxLimits\\.${name}: expected an integer`)]);
  }
});

test('a job that asks for nothing gets no more than may be asked for', async () => {
  const { lines } = await refusalOf({ overrides: { 'maxLimits.jobDepth': 1 } });
  const { default: byDefault } = limitTable.jobDepth;
  const expected = `maxLimits.jobDepth: expected at least orchestrator.limits.jobDepth, which is ${byDefault}, got 1`;
  expect(lines).toEqual([expected]);
  const overrides = { 'maxLimits.jobDepth': 1, orchestrator: { limits: { jobDepth: 1 } } };
  await expect(loadConfig({ environment: {}, overrides })).resolves.toBeDefined();
});

test('PostgreSQL needs a key for the stored context that all processes have', async () => {
  const { lines } = await refusalOf({ environment: { DATABASE_URL: 'postgres://db/waybill' } });
  expect(lines).toEqual([expect.stringMatching(/^contextKeys: expected at least one secret/)]);
});

test('an address that others reach needs some kind of credentials', async () => {
  const { lines } = await refusalOf({ overrides: { 'listen.host': '::', 'auth.keys': false } });
  expect(lines).toEqual([expect.stringMatching(/^listen\.host: expected a loopback address/)]);
});

test('a module that is not there is refused', async () => {
  const { lines } = await refusalOf({ folder: '/srv', overrides: { hostFunctions: 'nowhere.ts' } });
  expect(lines).toEqual([
    'hostFunctions: expected the path of a file, got /srv/nowhere.ts, where there is none',
  ]);
});

test('keys of an identity provider are not fetched in the clear from another machine', async () => {
  const jwt = (jwksUrl: string): string =>
    JSON.stringify({ jwksUrl, issuer: 'id', audience: 'waybill' });
  const { lines } = await refusalOf({
    environment: { WAYBILL_AUTH_JWT: jwt('http://id.example/keys') },
  });
  expect(lines).toEqual([expect.stringMatching(/^auth\.jwt\.jwksUrl: expected an https: URL/)]);
  await loadConfig({ environment: { WAYBILL_AUTH_JWT: jwt('http://127.0.0.1:1/keys') } });
});

test.each([
  ['http://127.0.0.1.evil.example/keys', 'http: on 127.0.0.1.evil.example'],
  ['http://127.0.0.1@evil.example/keys', 'one with credentials'],
  ['https://ann:hunter2@id.example/keys', 'one with credentials'],
  ['http://localhost.evil.example:80/keys', 'http: on localhost.evil.example'],
  ['http://[::2]/keys', 'http: on [::2]'],
  ['http://[/keys', 'what is no URL'],
])('nor are they from %s', async (jwksUrl, got) => {
  const overrides = { 'auth.jwt': { jwksUrl, issuer: 'id', audience: 'waybill' } };
  const { lines } = await refusalOf({ environment: {}, overrides });
  const expected = 'an https: URL without credentials, or http: on this machine';
  expect(lines).toEqual([`auth.jwt.jwksUrl: expected ${expected}, got ${got}`]);
});

test.each(['http://localhost/keys', 'http://[::1]:80/keys', 'https://id.example'])(
  'but they are from %s',
  async (jwksUrl) => {
    const overrides = { 'auth.jwt': { jwksUrl, issuer: 'id', audience: 'waybill' } };
    const config = await loadConfig({ environment: {}, overrides });
    expect(config.auth.jwt?.jwksUrl).toBe(jwksUrl);
  },
);

test.each([
  ['is not there', undefined, 'a file that can be read, got ENOENT'],
  ['is not JSON', '{"contextKeys": ["hunter2hunter2" oops', 'JSON, got something else at position'],
  ['is another JSON', '[]', 'a JSON object, got other JSON'],
])('a file that %s is refused in one line', async (_what, text, words) => {
  const check = async (file: string): Promise<void> => {
    const { lines } = await refusalOf({ file });
    expect(lines).toEqual([expect.stringContaining(`${file}: expected ${words}`)]);
    expect(lines.join()).not.toContain('hunter2');
  };
  if (text === undefined) await check('/nowhere/waybill.json');
  else await withFile(text, check);
});

test('whatever a file holds, it is either taken or refused with a code', async () => {
  const keys = fc.constantFrom(...configKeys.map(({ path }) => path[0] ?? ''), '__proto__', 'x');
  const drafts = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }));
  await withFile('{}', async (file) => {
    const property = fc.asyncProperty(drafts, async (draft) => {
      await writeFile(file, JSON.stringify(draft));
      const code = await loadConfig({ file, environment: {} }).then(
        () => 'taken',
        (error: unknown) => (isWaybillError(error) ? error.code : error),
      );
      expect(['taken', 'ERR_WAYBILL_INVALID_CONFIG']).toContain(code);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
