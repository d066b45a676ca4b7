import type { RetryPolicy } from '../../durable/index.ts';
import type { FunctionJobRequest, JobRequest } from '../job.ts';
import type { FunctionRunRequest, RunRequest } from '../run.ts';
import {
  jsonValueSchema,
  modulesSchema,
  momentSchema,
  parcelSchema,
  prioritySchema,
  rerunnableSchema,
  shortNameSchema,
  sourceSchema,
  sourceTypeSchema,
  versionSchema,
} from './fields.ts';
import { type JsonSchema, integerSchema, objectSchema, schemaRef } from './json-schema.ts';

/** What is run: a source, or a function by its name. */
const target = {
  source: sourceSchema,
  function: { ...shortNameSchema, description: 'Name of a deployed function' },
  sourceType: sourceTypeSchema,
  modules: modulesSchema,
};

/** What it is run with. */
const run = {
  version: { ...versionSchema, description: 'Version of the function; the one deployed last' },
  input: { ...jsonValueSchema, description: 'First argument of the guest function' },
  inputParcel: parcelSchema,
  limits: schemaRef('Limits'),
  reuse: {
    type: 'string',
    enum: ['never', 'tenant'],
    default: 'tenant',
    description: 'What the job may find left in its isolate',
  },
  trail: {
    type: 'boolean',
    default: false,
    description: 'Whether to list each border the job crossed',
  },
  priority: prioritySchema,
  rerunnable: rerunnableSchema,
};

const retrySchema: JsonSchema = objectSchema<RetryPolicy>(
  {
    limit: integerSchema(0, 100, {
      default: 3,
      description: 'Attempts after the first that failed',
    }),
    of: {
      type: 'string',
      enum: ['retryable', 'any'],
      default: 'retryable',
      description: 'Which failures: those whose code says so, or whatever the guest throws too',
    },
    delaySeconds: integerSchema(0, 86_400, { default: 1 }),
    backoff: { type: 'string', enum: ['fixed', 'exponential'], default: 'exponential' },
    maxDelaySeconds: integerSchema(1, 86_400, { default: 3_600 }),
  },
  [],
  { $id: 'RetryPolicy' },
);

/** When and how often it is run. */
const durable = {
  startAfter: { ...momentSchema, description: 'Not before this moment' },
  retry: schemaRef('RetryPolicy'),
  deadLetter: {
    ...shortNameSchema,
    description: 'Deployed function that gets the record of the job once it has failed for good',
  },
  keepSeconds: integerSchema(60, 31_536_000, {
    default: 604_800,
    description: 'How long the settled job is kept',
  }),
};

const greeting =
  'export default ({ name }, { log }) => { log(`for ${name}`); return `Hello ${name}`; }';
const examples = {
  run: { source: greeting, input: { name: 'Ann' }, limits: { wallMs: 2_000 } },
  ofFunction: { input: { name: 'Ann' } },
  job: { source: greeting, input: { name: 'Ann' }, retry: { limit: 5 }, keepSeconds: 86_400 },
  later: { input: { name: 'Ann' }, startAfter: '2030-01-31T12:00:00Z' },
};

/** A job as a schedule keeps it: all but the moment. */
const { startAfter: _startAfter, ...scheduled } = durable;

/** The schemas of what is run; each has a name. */
export const requestSchemas: readonly JsonSchema[] = [
  retrySchema,
  objectSchema<RunRequest>({ ...target, ...run }, [], {
    $id: 'RunRequest',
    examples: [examples.run],
  }),
  objectSchema<FunctionRunRequest>(run, [], {
    $id: 'FunctionRunRequest',
    examples: [examples.ofFunction],
  }),
  objectSchema<JobRequest>({ ...target, ...run, ...durable }, [], {
    $id: 'JobRequest',
    examples: [examples.job],
  }),
  objectSchema<FunctionJobRequest>({ ...run, ...durable }, [], {
    $id: 'FunctionJobRequest',
    examples: [examples.later],
  }),
  objectSchema<Omit<JobRequest, 'startAfter'>>({ ...target, ...run, ...scheduled }, [], {
    $id: 'ScheduledJob',
  }),
];
