import { afterEach, expect, test } from 'vitest';
import { environmentHere, takeFromEnvironment } from './environment-here.ts';
import { secretVaultHere } from './secret-vault.ts';

const names = ['TEST_TAKEN_A', 'TEST_TAKEN_B', 'WAYBILL_SECRETS'];

afterEach(() => {
  for (const name of names) delete process.env[name];
  takeFromEnvironment([]);
});

test('what was taken is in no environment that is inherited, and found here', () => {
  Object.assign(process.env, { TEST_TAKEN_A: 'first', TEST_TAKEN_B: 'second' });
  takeFromEnvironment(['TEST_TAKEN_A', 'TEST_TAKEN_NOBODY']);
  takeFromEnvironment(['TEST_TAKEN_B']);
  expect(Object.keys(process.env)).not.toEqual(expect.arrayContaining(['TEST_TAKEN_A']));
  expect(environmentHere()).toMatchObject({ TEST_TAKEN_A: 'first', TEST_TAKEN_B: 'second' });
  process.env['TEST_TAKEN_A'] = 'later';
  expect(environmentHere()['TEST_TAKEN_A']).toBe('later');
});

test('host functions of this process are given a secret whose variable was taken', () => {
  const vault = secretVaultHere();
  process.env['TEST_TAKEN_A'] = 'hunter2-hunter2';
  process.env['WAYBILL_SECRETS'] = '{"A":{"env":"TEST_TAKEN_A"}}';
  takeFromEnvironment(['TEST_TAKEN_A']);
  expect(vault.get('A')).toBe('hunter2-hunter2');
});
