import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const packageFolder = new URL('..', import.meta.url);

/** What a program that imports this package prints, run by the same Node in its own process. */
async function run(code: string, nodeArgs: readonly string[] = []): Promise<string> {
  const args = [...nodeArgs, '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageFolder });
  return stdout.trim();
}

test('root is empty although the package was first imported inside the context of a request', async () => {
  const printed = await run(`
    import { AsyncLocalStorage } from 'node:async_hooks';
    const als = new AsyncLocalStorage();
    const { ContextSnapshot } = await als.run('first request', () => import('@waybill/context'));
    const fromWire = ContextSnapshot.fromWire({ v: 1, entries: [['unknown', '1']] });
    const read = () => String(als.getStore());
    console.log(ContextSnapshot.root.run(read), fromWire.run(read));
  `);
  expect(printed).toBe('undefined undefined');
});

test('root is empty although the package was first required inside the context of a request', async () => {
  const printed = await run(`
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/x.js');
    const als = new AsyncLocalStorage();
    const { ContextSnapshot } = als.run('first request', () => require('@waybill/context'));
    console.log(ContextSnapshot.root.run(() => String(als.getStore())));
  `);
  expect(printed).toBe('undefined');
});

test('a Node without AsyncContextFrame is refused when the package is loaded', async () => {
  const printed = await run(
    `await import('@waybill/context').catch((error) => console.log(error.code, error.message));`,
    ['--no-async-context-frame'],
  );
  expect(printed).toContain('ERR_WAYBILL_CONTEXT_LEGACY_MODE');
  expect(printed).toContain('--no-async-context-frame');
});

test('an unhandled rejection and an uncaught error of a host function are heard in its context', async () => {
  const printed = await run(`
    import { ContextSnapshot, ContextVariable, JobContext } from '@waybill/context';
    const tenant = new ContextVariable({ name: 'tenant' });
    const snapshot = tenant.run('acme', () => ContextSnapshot.capture());
    const job = new JobContext({ jobId: 'job', snapshot });
    process.on('unhandledRejection', () => console.log('rejection of', tenant.get()));
    process.on('uncaughtException', () => console.log('error of', tenant.get()));
    job.bind(async () => { await null; throw new Error('async'); })();
    job.bind(() => setImmediate(() => { throw new Error('late'); }))();
  `);
  expect(printed.split('\n')).toEqual(['rejection of acme', 'error of acme']);
});
