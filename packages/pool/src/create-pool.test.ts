import { AsyncLocalStorage } from 'node:async_hooks';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { createPool } from './create-pool.ts';
import { openPool, poolOptions, valueOf } from './open-pool.fixture.ts';

test.each([
  ['throws', './broken-module.fixture.ts'],
  ['exports no function', './silent-module.fixture.ts'],
  ['is not there', './not-there.ts'],
])(
  'a pool whose module of host functions %s does not start, and leaves nothing',
  async (_what, path) => {
    await using _leaks = leakCheck();
    const hostModuleUrl = new URL(path, import.meta.url).href;
    await expect(createPool({ ...poolOptions, threads: 2, hostModuleUrl })).rejects.toMatchObject({
      code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    });
  },
);

test('threads and what they tell belong to no context of whoever started the pool', async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const see = (): void => void seen.push(request.getStore());
  const listener = {
    workerStarted: see,
    workerExited: see,
    isolateRecycled: see,
    isolateWedged: see,
    slotFreed: () => {},
  };
  await request.run('the starter', async () => {
    await using opened = await openPool({ listener });
    valueOf(await opened.run(opened.lease(), 'export default () => 1'));
  });
  expect(seen).toEqual([undefined, undefined]);
});
