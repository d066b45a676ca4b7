import { expect, onTestFinished, test, vi } from 'vitest';
import { openPool, valueOf } from './open-pool.fixture.ts';

/** Has pool processes, and the threads in them, find no isolated-vm, as where it is not installed. */
function hideAddon(): void {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, nextResolve) {
        if (specifier === 'isolated-vm') throw new Error('hidden by a test');
        return nextResolve(specifier, context);
      },
    });
  `;
  vi.stubEnv('NODE_OPTIONS', `--import=data:text/javascript,${encodeURIComponent(hook)}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test('without isolated-vm a pool of the isolate engine does not start, and says what to do', async () => {
  hideAddon();
  await expect(openPool({ containment: 'process' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_ENGINE_MISSING',
    blame: 'host',
    retryable: false,
    message: expect.stringContaining("engine 'realm'"),
    cause: { message: 'hidden by a test' },
  });
});

test('without isolated-vm a pool of the realm engine runs guests', async () => {
  hideAddon();
  await using opened = await openPool({ containment: 'process', engine: 'realm' });
  expect(valueOf(await opened.run(opened.lease(), 'export default () => 1'))).toBe(1);
});
