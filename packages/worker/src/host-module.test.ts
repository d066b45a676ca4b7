import { expect, test } from 'vitest';
import { loadHostModule } from './host-module.ts';

const moduleOf = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

test('a thread without a module has no host functions', async () => {
  expect((await loadHostModule(undefined)).size).toBe(0);
});

test('the functions of a default export count, under the names of their keys', async () => {
  const found = await loadHostModule(
    moduleOf('export default { "a.b": () => 1, c() {}, version: 1 }; export const d = () => 2'),
  );
  expect([...found.keys()]).toEqual(['a.b', 'c']);
});

test('without such a default export the named functions count', async () => {
  const found = await loadHostModule(
    moduleOf('export const a = () => 1; export function b() {} export const version = 1'),
  );
  expect([...found.keys()]).toEqual(['a', 'b']);
});

test('a function that is the default export has no name and does not count', async () => {
  const found = await loadHostModule(moduleOf('export default () => 1; export const a = () => 1'));
  expect([...found.keys()]).toEqual(['a']);
});

test.each([
  ['exports nothing', ''],
  ['exports no function', 'export const a = 1'],
  ['has only a function as its default export', 'export default () => 1'],
  ['has an empty object as its default export', 'export default {}; export const a = () => 1'],
])('a module that %s is refused', async (_what, source) => {
  await expect(loadHostModule(moduleOf(source))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    message: expect.stringContaining('must export functions'),
  });
});

test.each([
  ['throws', moduleOf('throw new Error("no database")'), 'no database'],
  ['is not there', new URL('./not-there.ts', import.meta.url).href, 'not-there'],
])('a module that %s is refused, with the reason as the cause', async (_what, url, reason) => {
  await expect(loadHostModule(url)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    message: `workerHostFunctions could not be loaded: ${url}`,
    cause: { message: expect.stringContaining(reason) },
  });
});
