import { expect, test } from 'vitest';
import { checkHostFunctionNames, checkOptions, type OrchestratorOptions } from './options.ts';

const nothing = (): void => {};

test('without options everything has its default', () => {
  const { settings, hostFunctions, hostModuleUrl } = checkOptions({});
  expect(settings.threads).toBeGreaterThan(0);
  expect(hostFunctions.size).toBe(0);
  expect(hostModuleUrl).toBeUndefined();
});

test('host functions and the URL of the workers module are taken as given', () => {
  const url = new URL('file:///functions.ts');
  const checked = checkOptions({
    threads: 3,
    hostFunctions: { 'users.get': nothing, now: nothing },
    workerHostFunctions: url,
  });
  expect(checked.settings.threads).toBe(3);
  expect([...checked.hostFunctions.keys()]).toEqual(['users.get', 'now']);
  expect(checked.hostModuleUrl).toBe('file:///functions.ts');
  expect(checkOptions({ workerHostFunctions: url.href }).hostModuleUrl).toBe(url.href);
});

test.each<[unknown, string]>([
  [null, 'options: expected an object, got null'],
  [[], 'options: expected an object, got an array'],
  [7, 'options: expected an object, got 7'],
  [{ thread: 2 }, 'thread: expected a known key (did you mean "threads"?), got "thread"'],
  [{ threads: 0 }, 'threads: expected an integer from 1 to 64 (threads), got 0'],
  [{ threads: 1.5 }, 'threads: expected an integer from 1 to 64 (threads), got 1.5'],
  [
    { attemptsPerThread: '4' },
    'attemptsPerThread: expected an integer from 1 to 1024 (jobs), got "4"',
  ],
  [
    { queue: { maxJobs: -1 } },
    'queue.maxJobs: expected an integer from 0 to 1000000 (jobs), got -1',
  ],
  [
    { isolates: { maxHeapRatio: 0 } },
    'isolates.maxHeapRatio: expected a number above 0, at most 1, got 0',
  ],
  [{ graceMs: Infinity }, 'graceMs: expected an integer from 0 to 600000 (ms), got Infinity'],
  [{ hostFunctions: nothing }, 'hostFunctions: expected an object of functions, got a function'],
  [{ hostFunctions: [nothing] }, 'hostFunctions: expected an object of functions, got an array'],
  [{ hostFunctions: null }, 'hostFunctions: expected an object of functions, got null'],
  [{ hostFunctions: { now: 1 } }, 'hostFunctions.now: expected a function, got 1'],
  [
    { hostFunctions: { 'not a name': nothing } },
    'hostFunctions.not a name: expected identifiers of ASCII letters, digits, _ and $ with dots between them, got "not a name"',
  ],
  [
    { hostFunctions: { größe: nothing } },
    'hostFunctions.größe: expected identifiers of ASCII letters, digits, _ and $ with dots between them, got "größe"',
  ],
  [
    { hostFunctions: { 'a.then': nothing } },
    'hostFunctions.a.then: expected no part named then, toJSON, constructor, prototype, __proto__, got "a.then"',
  ],
  [
    { hostFunctions: { users: nothing, 'users.get': nothing } },
    'hostFunctions.users: expected no function where users.get needs a namespace, got "users"',
  ],
  [
    { workerHostFunctions: './functions.ts' },
    'workerHostFunctions: expected a URL, as of new URL("./file.js", import.meta.url), got "./functions.ts"',
  ],
  [
    { workerHostFunctions: 7 },
    'workerHostFunctions: expected a URL, as of new URL("./file.js", import.meta.url), got 7',
  ],
])('the options %j are refused, by path, what was expected and what came', (options, message) => {
  expect(() => checkOptions(options as OrchestratorOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS', message }),
  );
});

test('every refusal says the same to programs', () => {
  const [path, expected, got] = ['hostFunctions.now', 'a function', '1'];
  const options = { hostFunctions: { now: 1 } } as unknown as OrchestratorOptions;
  expect(() => checkOptions(options)).toThrow(
    expect.objectContaining({ details: { issues: [{ path, expected, got }] } }),
  );
});

test('a name that is given here and in the workers is refused', () => {
  expect(() => checkHostFunctionNames(['now', 'a.b'], ['a.b'])).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_DUPLICATE_NAME', details: { name: 'a.b' } }),
  );
});

test('a function here cannot be the namespace of one in the workers', () => {
  expect(() => checkHostFunctionNames(['users'], ['users.admin.get'])).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS' }),
  );
  checkHostFunctionNames(['users.get'], ['users.set', 'use']);
});
