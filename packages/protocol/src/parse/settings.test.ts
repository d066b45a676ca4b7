import { expect, test } from 'vitest';
import { defaultLimits } from '../limits.ts';
import { parseLimits } from './limits.ts';
import { parseSettings } from './settings.ts';

const surroundings = { defaultThreads: 3 };

test('empty options give every default, the threads from the surroundings', () => {
  expect(parseSettings({}, surroundings)).toEqual({
    containment: 'process',
    isolation: 'tenant-isolate',
    processes: { count: 1, spares: 1, maxRssBytes: 2 ** 31, crashLog: undefined },
    engine: 'isolate',
    realm: { threadHeapBytes: 512 * 2 ** 20, stacks: false },
    tenants: { default: { weight: 1, maxRunning: 65_536, maxQueued: 5_000 }, named: new Map() },
    threads: 3,
    attemptsPerThread: 16,
    queue: { maxJobs: 10_000 },
    limits: defaultLimits,
    isolates: {
      maxPerThread: 64,
      maxAgeMs: 600_000,
      maxUses: 10_000,
      maxHeapRatio: 0.7,
      preparedPerThread: 1,
    },
    graceMs: 1_000,
  });
});

test('the share of a named tenant is laid over the default one', () => {
  const tenants = { default: { weight: 2 }, named: { acme: { maxRunning: 3 } } };
  const share = { weight: 2, maxRunning: 65_536, maxQueued: 5_000 };
  expect(parseSettings({ tenants }, surroundings).tenants).toEqual({
    default: share,
    named: new Map([['acme', { ...share, maxRunning: 3 }]]),
  });
});

test('a process for each tenant is refused where there is one process for all', () => {
  const input = { containment: 'thread', isolation: 'tenant-process' };
  expect(() => parseSettings(input, surroundings)).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_INVALID_OPTIONS',
      message: expect.stringContaining('isolation: expected "tenant-isolate"'),
    }),
  );
});

test('the default of threads is brought into the range of threads', () => {
  expect(parseSettings({}, { defaultThreads: 0 }).threads).toBe(1);
  expect(parseSettings({}, { defaultThreads: 255 }).threads).toBe(64);
});

test('what is given replaces its default and no other, undefined counts as absent', () => {
  const input = {
    threads: 2,
    isolates: { maxUses: 5, maxAgeMs: undefined },
    limits: { wallMs: 9 },
  };
  const settings = parseSettings(input, surroundings);
  expect(settings.threads).toBe(2);
  expect(settings.isolates).toMatchObject({ maxUses: 5, maxAgeMs: 600_000 });
  expect(settings.limits).toEqual({ ...defaultLimits, wallMs: 9 });
});

test.each<[unknown, string]>([
  [{ threads: 65 }, 'threads: expected an integer from 1 to 64 (threads), got 65'],
  [
    { isolates: { maxHeapRatio: 0 } },
    'isolates.maxHeapRatio: expected a number above 0, at most 1, got 0',
  ],
  [{ isolats: {} }, 'isolats: expected a known key (did you mean "isolates"?), got "isolats"'],
  [
    { queue: { maxJob: 1 } },
    'queue.maxJob: expected a known key (did you mean "maxJobs"?), got "maxJob"',
  ],
  [{ containment: 'none' }, 'containment: expected "process" or "thread", got "none"'],
  [{ isolation: 1 }, 'isolation: expected "tenant-isolate" or "tenant-process", got 1'],
  [
    { processes: { count: 0 } },
    'processes.count: expected an integer from 1 to 64 (processes), got 0',
  ],
  [
    { processes: { spares: 0 } },
    'processes.spares: expected an integer from 1 to 16 (processes), got 0',
  ],
  [
    { processes: { maxRssBytes: 1 } },
    'processes.maxRssBytes: expected an integer from 134217728 to 1099511627776 (bytes), got 1',
  ],
  [{ processes: { crashLog: 7 } }, 'processes.crashLog: expected the path of a file, got 7'],
  [{ processes: { crashLog: '' } }, 'processes.crashLog: expected the path of a file, got ""'],
  [{ engine: 'wasm' }, 'engine: expected "isolate" or "realm", got "wasm"'],
  [{ realm: { stacks: 1 } }, 'realm.stacks: expected true or false, got 1'],
  [
    { realm: { threadHeapBytes: 2 ** 26 - 1 } },
    'realm.threadHeapBytes: expected an integer from 67108864 to 68719476736 (bytes), got 67108863',
  ],
  [
    { realm: { heapBytes: 2 ** 26 } },
    'realm.heapBytes: expected a known key (threadHeapBytes, stacks), got "heapBytes"',
  ],
  [
    { tenants: { default: { weight: 0 } } },
    'tenants.default.weight: expected an integer from 1 to 1000 (turns), got 0',
  ],
  [
    { tenants: { named: { acme: { maxRunning: 0 } } } },
    'tenants.named.acme.maxRunning: expected an integer from 1 to 65536 (jobs), got 0',
  ],
  [
    { tenants: { named: { acme: { maxQueue: 1 } } } },
    'tenants.named.acme.maxQueue: expected a known key (did you mean "maxQueued"?), got "maxQueue"',
  ],
  [
    { tenants: { named: [] } },
    'tenants.named: expected an object of tenant to share, got an array',
  ],
  [[], 'options: expected an object, got an array'],
])('%j is refused with ERR_WAYBILL_INVALID_OPTIONS', (input, message) => {
  expect(() => parseSettings(input, surroundings)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS', message }),
  );
});

test('a refusal lists every issue in its details', () => {
  expect(() => parseSettings({ threads: 0, graceMs: '1' }, surroundings)).toThrow(
    expect.objectContaining({
      details: {
        issues: [
          { path: 'threads', expected: 'an integer from 1 to 64 (threads)', got: '0' },
          { path: 'graceMs', expected: 'an integer from 0 to 600000 (ms)', got: '"1"' },
        ],
      },
    }),
  );
});

test('parseLimits lays what it is given over the base', () => {
  const base = { ...defaultLimits, cpuMs: 7 };
  expect(parseLimits({ wallMs: 9 }, base)).toEqual({ ...base, wallMs: 9 });
  expect(() => parseLimits({ wallMs: '9' })).toThrow('wallMs: expected an integer');
});

test('the realm engine is taken as given, beside the defaults of its threads', () => {
  const input = { engine: 'realm', realm: { threadHeapBytes: 2 ** 26 } };
  expect(parseSettings(input, surroundings)).toMatchObject({
    engine: 'realm',
    realm: { threadHeapBytes: 2 ** 26, stacks: false },
  });
});

test('the processes that are asked for are taken as given, beside the defaults', () => {
  const { processes } = parseSettings(
    { processes: { count: 3, crashLog: 'a/b.ndjson' } },
    surroundings,
  );
  expect(processes).toEqual({ count: 3, spares: 1, maxRssBytes: 2 ** 31, crashLog: 'a/b.ndjson' });
});

test("a tenant of a forbidden name is refused, and __proto__ is nobody's share", () => {
  const parse = (named: Record<string, object>) =>
    parseSettings({ tenants: { named } }, surroundings);
  expect(() => parse({ 'a b': {} })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS' }),
  );
  const { named } = parse(JSON.parse('{"__proto__":{"weight":9}}')).tenants;
  expect(named).toEqual(new Map());
});
