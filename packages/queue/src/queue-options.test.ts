import { expect, test } from 'vitest';
import type { Database } from './database/database.ts';
import { type QueueOptions, checkOptions } from './queue-options.ts';

// The check does not look at it.
const database = {} as Database;
const key = 'k'.repeat(32);

test('options that say nothing get the defaults', () => {
  expect(checkOptions({ database, contextKeys: [key] })).toEqual({
    tenantSlots: { default: 8, of: new Map() },
    maxQueuedPerTenant: 20_000,
    maxJobBytes: undefined,
  });
});

test.each<[Partial<QueueOptions>, string]>([
  [
    { contextKeys: [key, 'short-secret'] },
    'contextKeys[1]: expected a secret of at least 32 characters, got one of 12',
  ],
  [
    { contextKeys: [] as unknown as [string] },
    'contextKeys[0]: expected a secret of at least 32 characters, got undefined',
  ],
  [{ maxQueuedPerTenant: 0 }, 'maxQueuedPerTenant: expected an integer from 1, got 0'],
  [{ maxJobBytes: 1.5 }, 'maxJobBytes: expected an integer from 1, got 1.5'],
  [
    { tenantSlots: { default: 0, of: new Map() } },
    'tenantSlots.default: expected an integer from 1, got 0',
  ],
  [
    { tenantSlots: { default: 1, of: new Map([['acme', -1]]) } },
    'tenantSlots.acme: expected an integer from 1, got -1',
  ],
])(
  'option %# that is not as documented is refused with ERR_WAYBILL_INVALID_OPTIONS',
  (changes, message) => {
    const check = (): unknown => checkOptions({ database, contextKeys: [key], ...changes });
    expect(check).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS', message }),
    );
  },
);
