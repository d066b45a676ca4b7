import { AsyncLocalStorage } from 'node:async_hooks';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { createPool } from './create-pool.ts';
import { openPool, poolOptions, valueOf } from './open-pool.fixture.ts';

const brokenModules = [
  ['throws', './broken-module.fixture.ts'],
  ['exports no function', './silent-module.fixture.ts'],
  ['is not there', './not-there.ts'],
] as const;

test.each(
  brokenModules.flatMap(([what, path]) => [
    ['thread', what, path] as const,
    ['process', what, path] as const,
  ]),
)(
  'a pool contained by %s whose module of host functions %s does not start, and leaves nothing',
  async (containment, _what, path) => {
    await using _leaks = leakCheck();
    const hostModuleUrl = new URL(path, import.meta.url).href;
    await expect(
      createPool({ ...poolOptions, containment, threads: 2, hostModuleUrl }),
    ).rejects.toMatchObject({
      code: 'ERR_WAYBILL_HOST_MODULE_FAILED',
    });
  },
);

test.each(['thread', 'process'] as const)(
  'what is told of a pool contained by %s is told in no context of whoever started it',
  async (containment) => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const see = (): void => void seen.push(request.getStore());
    const listener = {
      workerStarted: see,
      workerExited: see,
      isolateRecycled: see,
      isolateWedged: see,
      processStarted: see,
      processWedged: see,
      processExited: see,
      slotFreed: () => {},
    };
    await request.run('the starter', async () => {
      await using opened = await openPool({ containment, listener });
      valueOf(await opened.run(opened.lease(), 'export default () => 1'));
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  },
);
