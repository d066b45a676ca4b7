import { errorCodes } from '../../error-codes.ts';
import { errorWireLimits } from '../../error-wire.ts';
import { escalationLadder } from '../../escalation.ts';
import { limitTable } from '../../limits.ts';
import type { Bill, Hop, LogLine } from '../../outcome.ts';
import type { DurableOutcomeResource, ErrorResource, OutcomeResource } from '../outcome.ts';
import { jsonValueSchema, nameSchema, parcelSchema } from './fields.ts';
import {
  type JsonSchema,
  integerSchema,
  listSchema,
  objectSchema,
  schemaRef,
  textSchema,
} from './json-schema.ts';

// What is clipped ends with a marker that says how much is missing.
const markerChars = 40;

/** Text of at most so many characters, and the marker of what was cut off. */
export function clippedSchema(maxChars: number, keywords: JsonSchema = {}): JsonSchema {
  return textSchema(maxChars + markerChars, keywords);
}

/** Any code of the table. */
const errorCodeSchema: JsonSchema = {
  $id: 'ErrorCode',
  type: 'string',
  enum: Object.keys(errorCodes),
  description: 'Which failure it is; docs/errors says of each what it means and what to do',
};

/** Who has to change something. */
export const blameSchema: JsonSchema = { type: 'string', enum: ['caller', 'guest', 'host'] };

/** What `details` of an error holds. */
export const detailsSchema: JsonSchema = {
  type: 'object',
  maxProperties: errorWireLimits.detailValuesCount,
  additionalProperties: true,
  description: 'Facts for programs; what is in it depends on the code',
};

/** Where in the guest's source something happened. */
export const guestStackSchema: JsonSchema = clippedSchema(errorWireLimits.stackChars, {
  description: 'Where in the source of the guest: untrusted text',
});

/** Schema of an `ErrorResource`. */
const errorSchema: JsonSchema = objectSchema<ErrorResource>(
  {
    name: clippedSchema(errorWireLimits.nameChars),
    code: schemaRef('ErrorCode'),
    message: clippedSchema(errorWireLimits.messageChars),
    blame: blameSchema,
    retryable: {
      type: 'boolean',
      description: 'Whether the same job, sent again unchanged, may succeed',
    },
    details: detailsSchema,
    guestStack: guestStackSchema,
  },
  ['name', 'code', 'message', 'blame', 'retryable', 'details'],
  { $id: 'Error' },
);

/** A number of things. */
export const countSchema: JsonSchema = integerSchema(0, Number.MAX_SAFE_INTEGER);

const msSchema: JsonSchema = { type: 'number', minimum: 0, description: 'In ms' };

/** Schema of a `Bill`. */
const billSchema: JsonSchema = objectSchema<Bill>(
  {
    queueMs: msSchema,
    wallMs: msSchema,
    cpuMs: msSchema,
    heapBytes: countSchema,
    hostCalls: countSchema,
    hostWaitMs: msSchema,
    logBytes: countSchema,
  },
  ['queueMs', 'wallMs', 'cpuMs', 'heapBytes', 'hostCalls', 'hostWaitMs', 'logBytes'],
  { $id: 'Bill', description: 'What the job used' },
);

/** How severe a log line is. */
export const logLevelSchema: JsonSchema = {
  type: 'string',
  enum: ['debug', 'log', 'info', 'warn', 'error'],
};

/** Text of a log line. */
export const logTextSchema: JsonSchema = clippedSchema(limitTable.logBytes.max, {
  description: 'Written by the guest: untrusted text',
});

const logLineSchema: JsonSchema = objectSchema<LogLine>(
  { seq: countSchema, atMs: msSchema, level: logLevelSchema, text: logTextSchema },
  ['seq', 'atMs', 'level', 'text'],
  { $id: 'LogLine' },
);

/** Schema of a `Hop`. */
const hopSchema: JsonSchema = objectSchema<Hop>(
  {
    kind: { type: 'string', enum: ['submit', 'worker', 'isolate', 'host call', 'back'] },
    where: textSchema(256),
    threadId: countSchema,
    realmId: textSchema(128),
    name: textSchema(256),
    context: listSchema(listSchema(textSchema(1_048_576), 2, { minItems: 2 }), 1_000, {
      description: 'Pairs of variable name and text',
    }),
    atMs: msSchema,
    tookMs: msSchema,
  },
  ['kind', 'where', 'threadId', 'context', 'atMs'],
  { $id: 'Hop', description: 'A border that the job crossed' },
);

/** The last step that was taken against a guest that did not end by itself. */
const escalationSchema: JsonSchema = { type: 'string', enum: Object.keys(escalationLadder) };

const resultProperties = {
  ok: { type: 'boolean' },
  value: { ...jsonValueSchema, description: 'What the guest returned; absent for undefined' },
  valueParcel: parcelSchema,
  error: schemaRef('Error'),
};

/** Schema of a `DurableOutcomeResource`. */
const durableOutcomeSchema: JsonSchema = objectSchema<DurableOutcomeResource>(
  { ...resultProperties, bill: schemaRef('Bill'), escalation: escalationSchema },
  ['ok'],
  { $id: 'DurableOutcome', description: 'How the durable job settled' },
);

/** Schema of an `OutcomeResource`. */
const outcomeSchema: JsonSchema = objectSchema<OutcomeResource>(
  {
    ...resultProperties,
    jobId: nameSchema,
    tenant: nameSchema,
    logs: listSchema(schemaRef('LogLine'), limitTable.logLines.max + 1),
    bill: schemaRef('Bill'),
    escalation: escalationSchema,
    attemptCount: countSchema,
    trail: listSchema(schemaRef('Hop'), 100_000),
  },
  ['ok', 'jobId', 'tenant', 'logs', 'bill'],
  { $id: 'Outcome', description: 'How the job settled; also a failure of the guest is an outcome' },
);

/** The schemas here that have a name. */
export const resultSchemas: readonly JsonSchema[] = [
  errorCodeSchema,
  errorSchema,
  billSchema,
  logLineSchema,
  hopSchema,
  durableOutcomeSchema,
  outcomeSchema,
];
