import { type Issue, describe, refusal } from '@waybill/protocol/parse';
import type { Database } from './database/database.ts';
import type { TenantSlots } from './engine/engine.ts';
import type { OfficeSettings } from './queue-office.ts';

/** What a queue is opened with. */
export interface QueueOptions {
  /** Opened by the caller, who closes it after the queue. */
  readonly database: Database;
  /**
   * Secrets of at least 32 characters that seal the stored context: the first seals, each opens. All processes on one database
   * have the same.
   */
  readonly contextKeys: readonly [string, ...string[]];
  /** Attempts of one tenant that run at once, over all executors. @defaultValue 8 for each */
  readonly tenantSlots?: TenantSlots | undefined;
  /** Jobs of one tenant that may wait, from 1; the next is refused. @defaultValue 20_000 */
  readonly maxQueuedPerTenant?: number | undefined;
  /** Bytes of source with modules, and of the input. @defaultValue what the orchestrator allows a job by itself */
  readonly maxJobBytes?: number | undefined;
  /** Hears what fails in the background and is tried again. @defaultValue a warning of the process */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const subject = { name: 'queue', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;
const minKeyChars = 32;

/**
 * Checks the options of a queue and fills in the defaults.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS`; it never shows a key
 */
export function checkOptions(options: QueueOptions): OfficeSettings {
  const { contextKeys, maxQueuedPerTenant = 20_000, maxJobBytes } = options;
  const { tenantSlots = { default: 8, of: new Map<string, number>() } } = options;
  const slots = [['default', tenantSlots.default] as const, ...tenantSlots.of];
  const issues = [
    ...contextKeys.flatMap((key, index) => keyIssues(`contextKeys[${index}]`, key)),
    ...(contextKeys.length > 0 ? [] : keyIssues('contextKeys[0]', undefined)),
    ...slots.flatMap(([name, count]) => countIssues(`tenantSlots.${name}`, count)),
    ...countIssues('maxQueuedPerTenant', maxQueuedPerTenant),
    ...(maxJobBytes === undefined ? [] : countIssues('maxJobBytes', maxJobBytes)),
  ];
  if (issues.length > 0) throw refusal(subject, issues);
  return { tenantSlots, maxQueuedPerTenant, maxJobBytes };
}

function keyIssues(path: string, key: string | undefined): Issue[] {
  const expected = `a secret of at least ${minKeyChars} characters`;
  if (typeof key !== 'string') return [{ path, expected, got: describe(key) }];
  return key.length >= minKeyChars ? [] : [{ path, expected, got: `one of ${key.length}` }];
}

function countIssues(path: string, count: number): Issue[] {
  const isRight = Number.isSafeInteger(count) && count >= 1;
  return isRight ? [] : [{ path, expected: 'an integer from 1', got: describe(count) }];
}
