import { limitTable, type Limits } from '../../limits.ts';
import { integerSchema, objectSchema, textSchema, type JsonSchema } from './json-schema.ts';

/** A tenant, or any other name that nothing is put behind. */
export const nameSchema: JsonSchema = textSchema(128, { pattern: '^[A-Za-z0-9._:-]{1,128}$' });

/** A deployed function or a schedule. */
export const shortNameSchema: JsonSchema = textSchema(100, {
  pattern: '^[A-Za-z0-9._:-]{1,100}$',
});

/** UUID of a durable job. */
export const jobIdSchema: JsonSchema = textSchema(36, { format: 'uuid' });

/** A moment, as RFC 3339 writes it. */
export const momentSchema: JsonSchema = textSchema(40, { format: 'date-time' });

/** Version of a deployed function. */
export const versionSchema: JsonSchema = integerSchema(1, 2_147_483_647);

/** Which of its tenant's waiting jobs goes first. */
export const prioritySchema: JsonSchema = integerSchema(-100, 100, {
  default: 0,
  description:
    'Which of the waiting jobs goes first; the highest does. Durable jobs: over all tenants, as far as the slots of its tenant go; others: among those of the tenant',
});

/** A `traceparent`. */
export const traceSchema: JsonSchema = textSchema(55, {
  pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
});

/** Any value that JSON can hold. */
export const jsonValueSchema: JsonSchema = {
  description: 'Any JSON value. Its size is bounded by that of the message it stands in.',
};

/** A value that JSON cannot hold, as a parcel. */
export const parcelSchema: JsonSchema = textSchema(2 * limitTable.inputBytes.max, {
  description:
    'A value that JSON cannot hold (undefined inside, NaN, BigInt, Date, Map, Set, bytes), in the parcel format of @waybill/protocol',
});

/** Guest source. */
export const sourceSchema: JsonSchema = textSchema(limitTable.sourceBytes.max, {
  description: 'JavaScript: an ES module whose default export is the entry function',
});

/** How the source is to be read. */
export const sourceTypeSchema: JsonSchema = {
  type: 'string',
  enum: ['module', 'expression'],
  default: 'module',
};

/** Source of every module by specifier. */
export const modulesSchema: JsonSchema = {
  type: 'object',
  maxProperties: 10_000,
  propertyNames: { type: 'string', maxLength: 256, pattern: '^[!-~]{1,256}$' },
  additionalProperties: textSchema(limitTable.sourceBytes.max),
  description: 'Source by specifier: all that the guest can import',
};

/** Whether a job may run again. */
export const rerunnableSchema: JsonSchema = {
  type: 'boolean',
  description: 'Whether it may run again, host calls included, after what ran it was lost',
};

/** Some limits of a job. */
export const limitsSchema: JsonSchema = objectSchema<Limits>(
  {
    wallMs: limitSchema('wallMs'),
    cpuMs: limitSchema('cpuMs'),
    memoryBytes: limitSchema('memoryBytes'),
    sourceBytes: limitSchema('sourceBytes'),
    inputBytes: limitSchema('inputBytes'),
    resultBytes: limitSchema('resultBytes'),
    hostCallBytes: limitSchema('hostCallBytes'),
    hostCalls: limitSchema('hostCalls'),
    concurrentHostCalls: limitSchema('concurrentHostCalls'),
    logBytes: limitSchema('logBytes'),
    logLines: limitSchema('logLines'),
    timers: limitSchema('timers'),
    depth: limitSchema('depth'),
    jobDepth: limitSchema('jobDepth'),
  },
  [],
  { $id: 'Limits', description: 'Replaces the limits of the service field by field' },
);

function limitSchema(name: keyof Limits): JsonSchema {
  const { min, max, unit, defends } = limitTable[name];
  return integerSchema(min, max, { description: `In ${unit}. ${defends}` });
}
