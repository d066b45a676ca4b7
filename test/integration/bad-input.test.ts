import {
  createOrchestrator,
  type JobSpec,
  type OrchestratorOptions,
  type RunOptions,
} from '@waybill/orchestrator';
import { ContextVariable } from '@waybill/context';
import { leakCheck } from '@waybill/testkit';
import { describe, expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const source = 'export default () => 1';
const loop: Record<string, unknown> = {};
loop['loop'] = loop;

describe('a job spec with', () => {
  const invalid = 'ERR_WAYBILL_INVALID_JOB';
  test.each<[what: string, spec: unknown, code: string, says: RegExp]>([
    ['nothing in it', {}, invalid, /source/],
    ['no shape at all', 'source', invalid, /job/],
    ['both source and function', { source, function: 'f' }, invalid, /exactly one/],
    ['an unknown key', { source, sorce: 1 }, invalid, /sorce/],
    ['a wrong tenant', { source, tenant: 'no spaces please' }, invalid, /tenant/],
    ['an unknown limit', { source, limits: { wallSeconds: 1 } }, invalid, /limits\.?.*wallSeconds/],
    ['a limit out of range', { source, limits: { wallMs: 0 } }, invalid, /limits\.wallMs/],
    ['a limit that is no number', { source, limits: { cpuMs: '5' } }, invalid, /limits\.cpuMs/],
    ['a limit that is no whole number', { source, limits: { cpuMs: 1.5 } }, invalid, /cpuMs/],
    ['an unknown reuse', { source, reuse: 'always' }, invalid, /reuse/],
    ['modules for a function', { function: 'f', modules: {} }, invalid, /modules/],
    ['a function that is not there', { function: 'f' }, 'ERR_WAYBILL_FUNCTION_NOT_FOUND', /f/],
    [
      'a function as input',
      { source, input: { a: [() => 1] } },
      'ERR_WAYBILL_NOT_CARRIABLE',
      /\$\.a\[0\]/,
    ],
    ['a symbol as input', { source, input: Symbol('s') }, 'ERR_WAYBILL_NOT_CARRIABLE', /symbol/],
    ['a cycle as input', { source, input: loop }, 'ERR_WAYBILL_NOT_CARRIABLE', /cycle/],
    [
      'a WeakSet as input',
      { source, input: new WeakSet() },
      'ERR_WAYBILL_NOT_CARRIABLE',
      /WeakSet/,
    ],
    [
      'an input that is too large',
      { source, input: 'x'.repeat(2_000), limits: { inputBytes: 1_000 } },
      'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
      /input/,
    ],
    [
      'a source that is too large',
      { source: `${source}//${'x'.repeat(2 ** 20)}` },
      'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
      /source/,
    ],
  ])('%s is refused and says what is wrong', async (...[, spec, code, says]) => {
    await withOrchestrator({}, async (waybill) => {
      const refused = waybill.run(spec as JobSpec);
      await expect(refused).rejects.toMatchObject({ code, blame: 'caller', retryable: false });
      await expect(refused).rejects.toThrow(says);
    });
  });
});

test.each<[what: string, options: unknown]>([
  ['a signal that is none', { signal: {} }],
  ['a log callback that is none', { onLog: 'console' }],
])('run options with %s are refused before the job is admitted', async (_what, options) => {
  await withOrchestrator({}, async (waybill) => {
    const refused = waybill.run({ source }, options as RunOptions);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_JOB' });
    expect((await waybill.stats()).openCount).toBe(0);
  });
});

describe('options with', () => {
  const invalid = 'ERR_WAYBILL_INVALID_OPTIONS';
  test.each<[what: string, options: unknown, code: string, says: RegExp]>([
    ['no threads', { threads: 0 }, invalid, /threads/],
    ['an unknown key', { thread: 2 }, invalid, /thread/],
    ['an unknown limit', { limits: { memoryMb: 5 } }, invalid, /memoryMb/],
    ['too little memory', { limits: { memoryBytes: 1 } }, invalid, /limits\.memoryBytes/],
    ['a host function that is none', { hostFunctions: { f: 1 } }, invalid, /hostFunctions\.f/],
    ['a host function named toJSON', { hostFunctions: { toJSON: () => 1 } }, invalid, /toJSON/],
    ['a name that is no path', { hostFunctions: { 'a-b': () => 1 } }, invalid, /a-b/],
    [
      'a namespace that is a function',
      { hostFunctions: { a: () => 1, 'a.b': () => 1 } },
      invalid,
      /a\.b/,
    ],
    ['a module that is no URL', { workerHostFunctions: './functions.js' }, invalid, /URL/],
    [
      'a host function on both sides',
      { hostFunctions: { 'worker.seen': () => 1 }, workerHostFunctions: workerFunctions },
      'ERR_WAYBILL_DUPLICATE_NAME',
      /worker\.seen/,
    ],
    [
      'a module that throws',
      { workerHostFunctions: new URL('../support/failing-at-start.fixture.ts', import.meta.url) },
      'ERR_WAYBILL_HOST_MODULE_FAILED',
      /failing-at-start/,
    ],
    [
      'a module that fails in one of its threads',
      {
        workerHostFunctions: new URL(
          '../support/failing-in-some-threads.fixture.ts',
          import.meta.url,
        ),
        isolates: { preparedPerThread: 8 },
      },
      'ERR_WAYBILL_HOST_MODULE_FAILED',
      /failing-in-some-threads/,
    ],
    [
      'a module that is not there',
      { workerHostFunctions: new URL('../support/not-there.ts', import.meta.url) },
      'ERR_WAYBILL_HOST_MODULE_FAILED',
      /not-there/,
    ],
    [
      'a module that offers no function',
      { workerHostFunctions: new URL('../support/nothing-offered.fixture.ts', import.meta.url) },
      'ERR_WAYBILL_HOST_MODULE_FAILED',
      /nothing-offered/,
    ],
  ])('%s are refused, and no thread is left', async (...[, options, code, says]) => {
    await using _leaks = leakCheck();
    const refused = createOrchestrator({ threads: 2, ...(options as OrchestratorOptions) });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(says);
  });
});

test('what a module of host functions failed with at its start is the cause of the error', async () => {
  const workerHostFunctions = new URL('../support/failing-at-start.fixture.ts', import.meta.url);
  await expect(createOrchestrator({ threads: 1, workerHostFunctions })).rejects.toMatchObject({
    cause: { name: 'RangeError', message: 'no database to be found' },
  });
});

test('a source that does not parse fails with ERR_WAYBILL_GUEST_SYNTAX and its position', async () => {
  await withOrchestrator({}, async (waybill) => {
    const wrong = 'export default () => {\n  const a = 1;\n  return a +;\n}';
    const outcome = await waybill.run({ source: wrong });
    const error = { code: 'ERR_WAYBILL_GUEST_SYNTAX', blame: 'guest', details: { line: 3 } };
    expect(outcome).toMatchObject({ ok: false, error });
    const inModule = { source: `import './m'; ${source}`, modules: { './m': '\n\nlet let = 1' } };
    expect(await waybill.run(inModule)).toMatchObject({
      error: { code: 'ERR_WAYBILL_GUEST_SYNTAX', details: { line: 3 } },
    });
    const deployed = waybill.deploy({ name: 'f', source: wrong });
    await expect(deployed).rejects.toMatchObject(error);
  });
});

test.each<[what: string, body: string, code: string]>([
  [
    'calls a host function that is not there',
    'host.users.find(1)',
    'ERR_WAYBILL_HOST_FUNCTION_UNKNOWN',
  ],
  ['passes too large arguments', `host.echo('x'.repeat(2_000))`, 'ERR_WAYBILL_HOST_CALL_TOO_LARGE'],
  [
    'passes what cannot cross',
    `host.echo(new WeakMap())`,
    'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
  ],
  ['gets a too large reply', 'host.large()', 'ERR_WAYBILL_HOST_RESULT_TOO_LARGE'],
  ['gets a reply that cannot cross', 'host.odd()', 'ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE'],
  ['returns too much', `'x'.repeat(2_000)`, 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'],
])('a guest that %s fails with a code of its own', async (_what, body, code) => {
  const hostFunctions = {
    echo: (value: unknown) => value,
    large: () => 'x'.repeat(2_000),
    odd: () => new WeakMap(),
  };
  const limits = { hostCallBytes: 1_000, resultBytes: 1_000 };
  await withOrchestrator({ hostFunctions, limits }, async (waybill) => {
    const outcome = await waybill.run({ source: `export default (_, { host }) => ${body}` });
    expect(outcome.ok ? 'ok' : outcome.error.code).toBe(code);
  });
});

test.each([
  ['no default export', 'export const a = 1', 'ERR_WAYBILL_GUEST_NO_ENTRY'],
  ['a default export that is no function', 'export default 5', 'ERR_WAYBILL_GUEST_NO_ENTRY'],
  [
    'an import that is not in its map',
    `import './x'; ${source}`,
    'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND',
  ],
])('a source with %s fails with a code of its own', async (_what, text, code) => {
  await withOrchestrator({}, async (waybill) => {
    expect(await waybill.run({ source: text })).toMatchObject({ error: { code, blame: 'guest' } });
  });
});

test('a name is taken once: of a function within its tenant, of a carried variable within its thread', async () => {
  await withOrchestrator({}, async (waybill) => {
    await waybill.deploy({ name: 'f', source });
    await expect(waybill.deploy({ name: 'f', source })).rejects.toMatchObject({
      code: 'ERR_WAYBILL_DUPLICATE_NAME',
    });
    await waybill.deploy({ name: 'f', tenant: 'other', source });
    const carry = { to: [] };
    using _first = new ContextVariable<string>({ name: 'twice', carry });
    expect(() => new ContextVariable<string>({ name: 'twice', carry })).toThrow(/twice/);
  });
});

test('a job that would have to wait is refused when the queue is full, and none is refused while places are free', async () => {
  const gate = Promise.withResolvers<void>();
  const options = { hostFunctions: { gate: () => gate.promise }, attemptsPerThread: 2 };
  await withOrchestrator({ ...options, queue: { maxJobs: 0 } }, async (waybill) => {
    const job = { source: 'export default (_, { host }) => host.gate()' };
    const running = [waybill.run(job), waybill.run(job)];
    const full = { code: 'ERR_WAYBILL_QUEUE_FULL', retryable: true };
    await expect(waybill.run(job)).rejects.toMatchObject(full);
    gate.resolve();
    expect((await Promise.all(running)).map(({ ok }) => ok)).toEqual([true, true]);
  });
});
