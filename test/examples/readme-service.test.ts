import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestService, startService } from '../support/service.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, section = ''] = readme.split('\n## Durable jobs and the service\n');

let service: TestService;

beforeAll(async () => {
  service = await startService({ config: { log: { level: 'warn' } } });
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

test('the service prints what the README says that it prints', () => {
  const [, printed = ''] = /```text\n([\s\S]*?)```/.exec(section) ?? [];
  const shown = service.stdout
    .replaceAll(service.url, 'http://127.0.0.1:8478')
    .replace(join(service.folder, 'data'), '/srv/waybill/.waybill');
  expect(shown.trim()).toBe(printed.trim());
});

test('the example of durable jobs in the README prints what the README says', async () => {
  const [, code = '', printed = ''] =
    /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(section) ?? [];
  const env = { WAYBILL_URL: service.url, WAYBILL_TOKEN: undefined };
  const cwd = join(root, 'packages', 'client');
  const { code: exitCode, stdout, stderr } = await runNode({ code }, { cwd, env });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: printed, stderr: '' });
});
