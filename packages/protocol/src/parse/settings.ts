import * as z from 'zod';
import { defaultLimits, resolveLimits } from '../limits.ts';
import {
  maxGraceMs,
  type IsolateSettings,
  type ProcessSettings,
  type QueueSettings,
  type RealmSettings,
  type Settings,
  type SettingsSpec,
  type TenantSettings,
  type TenantShare,
} from '../settings.ts';
import { check, refusal } from './check.ts';
import { integerField, nameField, objectField } from './fields.ts';
import { limitsField } from './limits.ts';

const subject = { name: 'options', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;

const defaultQueue: QueueSettings = { maxJobs: 10_000 };

const defaultIsolates: IsolateSettings = {
  maxPerThread: 64,
  maxAgeMs: 600_000,
  maxUses: 10_000,
  maxHeapRatio: 0.7,
  preparedPerThread: 1,
};

const MiB = 2 ** 20;

const defaultProcesses: ProcessSettings = {
  count: 1,
  spares: 1,
  maxRssBytes: 2_048 * MiB,
  crashLog: undefined,
};

const defaultRealm: RealmSettings = { threadHeapBytes: 512 * MiB, stacks: false };

const defaultShare: TenantShare = { weight: 1, maxRunning: 65_536, maxQueued: 5_000 };

const maxThreads = 64;
const defaultAttemptsPerThread = 16;
const defaultGraceMs = 1_000;

const shareField = objectField({
  weight: integerField(1, 1_000, 'turns').optional(),
  maxRunning: integerField(1, 65_536, 'jobs').optional(),
  maxQueued: integerField(0, 1_000_000, 'jobs').optional(),
});

const processesField = objectField({
  count: integerField(1, 64, 'processes').optional(),
  spares: integerField(1, 16, 'processes').optional(),
  maxRssBytes: integerField(128 * MiB, MiB * MiB, 'bytes').optional(),
  crashLog: z.string({ error: 'the path of a file' }).min(1).optional(),
});

const realmField = objectField({
  threadHeapBytes: integerField(64 * MiB, 64 * 1_024 * MiB, 'bytes').optional(),
  stacks: z.boolean({ error: 'true or false' }).optional(),
});

const settingsSchema: z.ZodType<SettingsSpec> = objectField({
  containment: z.enum(['process', 'thread'], { error: '"process" or "thread"' }).optional(),
  isolation: z
    .enum(['tenant-isolate', 'tenant-process'], { error: '"tenant-isolate" or "tenant-process"' })
    .optional(),
  processes: processesField.optional(),
  engine: z.enum(['isolate', 'realm'], { error: '"isolate" or "realm"' }).optional(),
  realm: realmField.optional(),
  tenants: objectField({
    default: shareField.optional(),
    named: z.record(nameField, shareField, { error: 'an object of tenant to share' }).optional(),
  }).optional(),
  threads: integerField(1, maxThreads, 'threads').optional(),
  attemptsPerThread: integerField(1, 1_024, 'jobs').optional(),
  queue: objectField({ maxJobs: integerField(0, 1_000_000, 'jobs').optional() }).optional(),
  limits: limitsField.optional(),
  isolates: objectField({
    maxPerThread: integerField(1, 1_024, 'isolates').optional(),
    maxAgeMs: integerField(1, 86_400_000, 'ms').optional(),
    maxUses: integerField(1, 1_000_000_000, 'jobs').optional(),
    maxHeapRatio: z.number({ error: 'a number above 0, at most 1' }).gt(0).lte(1).optional(),
    preparedPerThread: integerField(0, 64, 'isolates').optional(),
  }).optional(),
  graceMs: integerField(0, maxGraceMs, 'ms').optional(),
});

/** What only the caller of {@link parseSettings} can know. */
export interface SettingsSurroundings {
  /**
   * Threads if the options do not say: one less than there are cores; brought into the range of
   * `threads`.
   */
  readonly defaultThreads: number;
}

/**
 * Checks the plain-data options of an orchestrator and fills in every default.
 *
 * @throws CallerError ERR_WAYBILL_INVALID_OPTIONS if the input has another shape or a value is out
 *   of its range
 */
export function parseSettings(input: unknown, { defaultThreads }: SettingsSurroundings): Settings {
  const fields = check(settingsSchema, input, subject);
  const { containment = 'process', isolation = 'tenant-isolate' } = fields;
  if (containment === 'thread' && isolation === 'tenant-process') {
    const expected = '"tenant-isolate" with containment "thread", which has one process for all';
    throw refusal(subject, [{ path: 'isolation', expected, got: '"tenant-process"' }]);
  }
  return {
    containment,
    isolation,
    processes: withDefaults(defaultProcesses, fields.processes),
    engine: fields.engine ?? 'isolate',
    realm: withDefaults(defaultRealm, fields.realm),
    tenants: tenantsOf(fields.tenants),
    threads: fields.threads ?? Math.min(maxThreads, Math.max(1, defaultThreads)),
    attemptsPerThread: fields.attemptsPerThread ?? defaultAttemptsPerThread,
    queue: withDefaults(defaultQueue, fields.queue),
    limits: resolveLimits(defaultLimits, fields.limits ?? {}),
    isolates: withDefaults(defaultIsolates, fields.isolates),
    graceMs: fields.graceMs ?? defaultGraceMs,
  };
}

function tenantsOf(given: SettingsSpec['tenants']): TenantSettings {
  const share = withDefaults(defaultShare, given?.default);
  const named = Object.entries(given?.named ?? {});
  return {
    default: share,
    named: new Map(named.map(([tenant, own]) => [tenant, withDefaults(share, own)])),
  };
}

/** Lays what was given over the defaults; a key that is `undefined` was not given. */
function withDefaults<T extends object>(
  defaults: T,
  given: { readonly [Key in keyof T]?: T[Key] | undefined } | undefined,
): T {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(entries) };
}
