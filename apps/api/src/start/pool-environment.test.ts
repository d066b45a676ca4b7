import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgres } from '@waybill/queue';
import { type PostgresServer, startPostgres } from '@waybill/testkit';
import { startProcess } from './process.fixture.ts';

const password = 'hunter2&hunter2';
let server: PostgresServer;
let url: string;

beforeAll(async () => {
  server = await startPostgres();
  const address = new URL(await server.createDatabase());
  {
    await using database = await openPostgres({ url: address.href });
    await database.script(`ALTER ROLE postgres PASSWORD '${password}'`);
    const folder = address.searchParams.get('host') ?? '';
    await writeFile(join(folder, 'data', 'pg_hba.conf'), 'local all all scram-sha-256\n');
    await database.query('SELECT pg_reload_conf()');
  }
  address.password = '';
  url = address.href;
}, 60_000);

afterAll(() => server[Symbol.asyncDispose]());

const workerFunctions = fileURLToPath(new URL('worker-functions.fixture.ts', import.meta.url));
const asked = { source: 'export default (_, { host }) => host.variablesInWorker()' };

async function variablesInWorker(env: Readonly<Record<string, string>>): Promise<string[]> {
  await using service = startProcess(env);
  await service.has('Waybill listens at');
  const [, address = ''] = /listens at (\S+)/.exec(service.printed()) ?? [];
  const reply = await fetch(`${address}/v1/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  const outcome = (await reply.json()) as { readonly value: string[] };
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  expect(service.printed()).not.toContain(password);
  return outcome.value;
}

test('a pool process sees nothing of what the service reads, which connects with the password of PGPASSWORD all the same', async () => {
  await expect(openPostgres({ url })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE',
  });
  const own = {
    DATABASE_URL: url,
    PGPASSWORD: password,
    WAYBILL_CONTEXT_KEYS: 'k'.repeat(32),
    WAYBILL_TOKEN: 'wb_of-the-operator',
    WAYBILL_WORKER_HOST_FUNCTIONS: workerFunctions,
    WAYBILL_ORCHESTRATOR_THREADS: '1',
  };
  const others = { PGAPPNAME: 'of-the-operator', TEST_OF_THE_OPERATOR: 'yes' };
  const seen = await variablesInWorker({ ...own, ...others });
  expect(seen).toEqual(expect.arrayContaining(['WAYBILL_SECRETS', ...Object.keys(others)]));
  for (const name of Object.keys(own)) expect(seen).not.toContain(name);
}, 60_000);
