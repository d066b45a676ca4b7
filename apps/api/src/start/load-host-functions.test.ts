import { expect, test } from 'vitest';
import { loadHostFunctions } from './load-host-functions.ts';

const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

test('functions are found by their names, or in the object that is exported by default', async () => {
  const named = await loadHostFunctions(moduleOf('export const a = () => 1, b = 2;'));
  expect(Object.keys(named)).toEqual(['a']);
  const code = 'export default { "users.get": () => 1 }; export const a = () => 1;';
  expect(Object.keys(await loadHostFunctions(moduleOf(code)))).toEqual(['users.get']);
  expect(await loadHostFunctions(undefined)).toEqual({});
});

test.each([
  [
    'throws',
    'throw new Error("the database is away")',
    'could not be loaded: the database is away',
  ],
  ['is no code', '}', 'could not be loaded'],
  ['offers nothing', 'export const a = 1;', 'must export functions'],
])('a module that %s is refused', async (_what, code, words) => {
  await expect(loadHostFunctions(moduleOf(code))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    message: expect.stringContaining(words),
  });
});
