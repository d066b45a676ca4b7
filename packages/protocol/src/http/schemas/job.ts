import { durableJobStates, type HistoryKind } from '../../durable/index.ts';
import type { HistoryEvent, HistoryEventFacts } from '../event.ts';
import type { JobResource, JobSummary } from '../job.ts';
import {
  jobIdSchema,
  momentSchema,
  nameSchema,
  prioritySchema,
  shortNameSchema,
  traceSchema,
  versionSchema,
} from './fields.ts';
import {
  type JsonSchema,
  integerSchema,
  objectSchema,
  schemaRef,
  textSchema,
} from './json-schema.ts';
import { countSchema, logLevelSchema, logTextSchema } from './result.ts';

/** Where a durable job stands. */
export const jobStateSchema: JsonSchema = { type: 'string', enum: durableJobStates };

/** 1 to 255 visible ASCII characters. */
export const idempotencyKeySchema: JsonSchema = textSchema(255, { pattern: '^[!-~]{1,255}$' });

const common = {
  id: jobIdSchema,
  tenant: nameSchema,
  state: jobStateSchema,
  function: shortNameSchema,
  version: versionSchema,
  schedule: shortNameSchema,
  priority: prioritySchema,
  attemptCount: { ...countSchema, description: 'Attempts that began, lost ones included' },
  submittedAt: momentSchema,
  startAfter: momentSchema,
  startedAt: momentSchema,
  settledAt: momentSchema,
  forgottenAt: { ...momentSchema, description: 'When it will be forgotten' },
  isCancelAsked: { type: 'boolean' },
  idempotencyKey: idempotencyKeySchema,
  submittedTrace: traceSchema,
};

const always = [
  'id',
  'tenant',
  'state',
  'priority',
  'attemptCount',
  'submittedAt',
  'startAfter',
  'isCancelAsked',
] as const;

type FactsSchemas = { readonly [Kind in HistoryKind]: JsonSchema };

const attemptSchema: JsonSchema = integerSchema(1, Number.MAX_SAFE_INTEGER);
const sentenceSchema: JsonSchema = textSchema(8_192);
const codeRef = schemaRef('ErrorCode');

function facts<Kind extends HistoryKind>(
  properties: Parameters<typeof objectSchema<HistoryEventFacts[Kind]>>[0],
  required: Parameters<typeof objectSchema<HistoryEventFacts[Kind]>>[1],
): JsonSchema {
  return objectSchema<HistoryEventFacts[Kind]>(properties, required);
}

const factsSchemas: FactsSchemas = {
  queued: facts<'queued'>({ startAfter: momentSchema }, ['startAfter']),
  started: facts<'started'>(
    { attempt: attemptSchema, executor: textSchema(255), trace: traceSchema },
    ['attempt', 'executor', 'trace'],
  ),
  log: facts<'log'>(
    { attempt: attemptSchema, seq: countSchema, level: logLevelSchema, text: logTextSchema },
    ['attempt', 'seq', 'level', 'text'],
  ),
  'host-call': facts<'host-call'>(
    {
      attempt: attemptSchema,
      name: textSchema(256),
      side: { type: 'string', enum: ['submitter', 'worker'] },
      ok: { type: 'boolean' },
      tookMs: { type: 'number', minimum: 0 },
    },
    ['attempt', 'name', 'side', 'ok', 'tookMs'],
  ),
  hop: facts<'hop'>({ attempt: attemptSchema, hop: schemaRef('Hop') }, ['attempt', 'hop']),
  omitted: facts<'omitted'>({ attempt: attemptSchema, count: countSchema }, ['attempt', 'count']),
  retrying: facts<'retrying'>({ attempt: attemptSchema, code: codeRef, startAfter: momentSchema }, [
    'attempt',
    'code',
    'startAfter',
  ]),
  returned: facts<'returned'>(
    { attempt: attemptSchema, reason: { type: 'string', enum: ['lost', 'handed back'] } },
    ['attempt', 'reason'],
  ),
  'cancel-asked': facts<'cancel-asked'>({ reason: sentenceSchema }, ['reason']),
  redriven: facts<'redriven'>({ attempt: countSchema }, ['attempt']),
  settled: facts<'settled'>(
    {
      attempt: countSchema,
      state: { type: 'string', enum: ['succeeded', 'failed', 'cancelled'] },
      code: codeRef,
    },
    ['attempt', 'state'],
  ),
};

function eventSchema([kind, schema]: [string, JsonSchema]): JsonSchema {
  return objectSchema<HistoryEvent>(
    {
      seq: { ...attemptSchema, description: 'Position in the history of the job, without a gap' },
      at: momentSchema,
      kind: { type: 'string', enum: [kind] },
      facts: schema,
    },
    ['seq', 'at', 'kind', 'facts'],
  );
}

/** The schemas of durable jobs; each has a name. */
export const jobSchemas: readonly JsonSchema[] = [
  objectSchema<JobResource>({ ...common, outcome: schemaRef('DurableOutcome') }, always, {
    $id: 'Job',
  }),
  objectSchema<JobSummary>({ ...common, errorCode: schemaRef('ErrorCode') }, always, {
    $id: 'JobSummary',
  }),
  { $id: 'HistoryEvent', oneOf: Object.entries(factsSchemas).map(eventSchema) },
];
