import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeFromEnvironment } from '../host/environment-here.ts';
import { clearEnvironment } from './clear-environment.ts';

const given = {
  DATABASE_URL: 'postgres://a:b@c/d',
  WAYBILL_DATABASE_URL: 'postgres://a:b@c/d',
  WAYBILL_CONTEXT_KEYS: 'k'.repeat(32),
  TEST_CLEARED: 'hunter2-hunter2',
};
const secrets = { A: { env: 'TEST_CLEARED' }, B: { file: '/run/secrets/b' } };

const left = (): string[] => Object.keys(given).filter((name) => name in process.env);

beforeEach(() => void Object.assign(process.env, given));
afterEach(() => takeFromEnvironment(Object.keys(given)));

test('the password of the database, the keys and the secrets are in the environment no more', () => {
  clearEnvironment({ secrets });
  expect(left()).toEqual([]);
});

test('secrets stay for the host functions of pool threads, and nothing else does', () => {
  clearEnvironment({ secrets, workerHostFunctions: 'file:///functions.js' });
  expect(left()).toEqual(['TEST_CLEARED']);
});

test('a variable that the operator names for them stays, whatever it is called', () => {
  const asSecret = { DB: { env: 'DATABASE_URL' } };
  clearEnvironment({ secrets: asSecret, workerHostFunctions: 'file:///functions.js' });
  expect(left()).toEqual(['DATABASE_URL', 'TEST_CLEARED']);
});
