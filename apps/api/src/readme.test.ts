import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { runInThisContext } from 'node:vm';
import { encodeValue } from '@waybill/protocol/http';
import { runNode } from '@waybill/testkit';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type ConfigKey, configKeys } from './config/keys.ts';
import { registerRoutes } from './routes/index.ts';
import { buildServer } from './server/build-server.ts';
import { authenticatorFor, testConfig } from './server/server.fixture.ts';
import { type Service, scopes } from './service.ts';

const folder = new URL('..', import.meta.url);
const text = readFileSync(new URL('README.md', folder), 'utf8');
const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];

/** The rows of the table under a heading, their cells as they are read. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [ofHeading = ''] = section.split('\n## ');
  const rows = ofHeading.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split('|').slice(1, -1).map(plain));
}

function plain(cell: string): string {
  return cell.replaceAll('`', '').trim();
}

function rowOf({ path, schema }: ConfigKey): string[] {
  const { default: byDefault, minimum, maximum, enum: choices, description } = schema;
  const key = path.join('.');
  const range = typeof minimum === 'number' ? `${shown(minimum)} to ${shown(maximum)}` : '';
  const allowed = Array.isArray(choices) ? choices.join(', ') : range;
  const given = byDefault === hostname() ? "the host's name" : shown(byDefault);
  return [key, given, allowed, plain(String(description))];
}

function shown(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en');
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

test('the README says of every key of the configuration what the schema says, and of no other', () => {
  expect(tableUnder('Configuration')).toEqual(configKeys.map(rowOf));
});

test('values are written as the README shows them', () => {
  const rows = tableUnder('Values').map(([source = '', field = '']) => {
    const { value, parcel } = encodeValue(runInThisContext(`(${source})`));
    const written = parcel === undefined ? { value } : { valueParcel: parcel };
    return [written, JSON.parse(`{${field}}`)];
  });
  expect(rows).toHaveLength(4);
  for (const [written, shownThere] of rows) expect(written).toEqual(shownThere);
});

test('the README names every route with its scope, and no other', async () => {
  const found: string[] = [];
  const service = { config: await testConfig({ docs: 'public' }), log: pino({ level: 'silent' }) };
  const app = await buildServer(service as Service, {
    authenticator: authenticatorFor(new Set()),
    routes: (server, all) => {
      server.addHook('onRoute', ({ method, url, config }) => {
        const methods = [method].flat().filter((name) => name !== 'HEAD');
        for (const name of methods) found.push(`${name} ${url}: ${config?.scope}`);
      });
      registerRoutes(server, all);
    },
  });
  await app.close();
  const written = tableUnder('Routes').flatMap(([names = '', scope = '']) =>
    names.split(', ').map((name) => `${name}: ${scope}`),
  );
  // What the page of the reference is made of is no business of its readers.
  const routes = found.filter((route) => !route.startsWith('GET /docs/'));
  expect(written.toSorted()).toEqual(routes.toSorted());
});

test('the README names every scope', () => {
  expect(tableUnder('Credentials').map(([scope]) => scope)).toEqual([...scopes]);
});

test('the host functions of the README are ones', async () => {
  // Called as a guest would, with an address that answers nothing: up to the request everything is as it says.
  const code = `${example.replace('export default', 'const functions =')}
    globalThis.fetch = async (url, { headers }) => {
      console.log(url, headers.authorization.length);
      return { json: async () => ({ total: 7 }) };
    };
    console.log(await tenantName.run('acme', () => functions['orders.total']('a/b')));
    console.log(await functions['orders.total'](1).catch(({ code }) => code));`;
  const env = { WAYBILL_SECRETS: '{"ORDERS_TOKEN":{"env":"ORDERS"}}', ORDERS: 'correct-horse' };
  const { stdout, stderr } = await runNode({ code }, { cwd: folder, env });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([
    'https://orders.example/acme/a%2Fb 20',
    '7',
    'ERR_WAYBILL_HOST_ARGUMENT_INVALID',
    '',
  ]);
});
