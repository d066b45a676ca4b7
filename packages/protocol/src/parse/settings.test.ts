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
