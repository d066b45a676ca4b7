import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeFromEnvironment } from '../host/environment-here.ts';
import { clearEnvironment } from './clear-environment.ts';

const given = {
  DATABASE_URL: 'postgres://a:b@c/d',
  WAYBILL_DATABASE_URL: 'postgres://a:b@c/d',
  WAYBILL_CONTEXT_KEYS: 'k'.repeat(32),
  WAYBILL_TOKEN: 'wb_1_2',
  WAYBILL_LISTEN_PORT: '1',
  PGPASSWORD: 'hunter2-hunter2',
  TEST_CLEARED: 'hunter2-hunter2',
};
const secrets = { A: { env: 'TEST_CLEARED' }, B: { file: '/run/secrets/b' } };

const database = { url: 'postgres://a@c/d', maxConnections: 2, preparedStatements: true };

const left = (): string[] => Object.keys(given).filter((name) => name in process.env);

beforeEach(() => void Object.assign(process.env, given));
afterEach(() => takeFromEnvironment(Object.keys(given)));

test('what the service reads and the secrets are in the environment no more, but where the secrets are is', () => {
  process.env['WAYBILL_SECRETS'] = JSON.stringify(secrets);
  clearEnvironment({ database, secrets });
  expect(left()).toEqual([]);
  expect(process.env['WAYBILL_SECRETS']).toBe(JSON.stringify(secrets));
  delete process.env['WAYBILL_SECRETS'];
});

test('PGPASSWORD stays where the service has no use for it, and so does whatever else is there', () => {
  const others = { PGHOST: 'db', WAYBILL_OF_THE_OPERATOR: 'x' };
  Object.assign(process.env, others);
  const { url: _, ...embedded } = database;
  clearEnvironment({ database: embedded, secrets });
  expect(left()).toEqual(['PGPASSWORD']);
  expect(process.env).toMatchObject(others);
  takeFromEnvironment(Object.keys(others));
});

test('secrets stay for the host functions of pool threads, and nothing else does', () => {
  clearEnvironment({ database, secrets, workerHostFunctions: 'file:///functions.js' });
  expect(left()).toEqual(['TEST_CLEARED']);
});

test('a variable that the operator names for them stays, whatever it is called', () => {
  const asSecret = { DB: { env: 'DATABASE_URL' } };
  clearEnvironment({ database, secrets: asSecret, workerHostFunctions: 'file:///functions.js' });
  expect(left()).toEqual(['DATABASE_URL', 'TEST_CLEARED']);
});
