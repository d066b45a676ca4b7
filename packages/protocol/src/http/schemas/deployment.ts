import type { FunctionRequest, FunctionResource, FunctionSummary } from '../function.ts';
import type { ScheduleRequest, ScheduleResource, ScheduleSummary } from '../schedule.ts';
import {
  modulesSchema,
  momentSchema,
  nameSchema,
  rerunnableSchema,
  shortNameSchema,
  sourceSchema,
  sourceTypeSchema,
  versionSchema,
} from './fields.ts';
import { type JsonSchema, listSchema, objectSchema, schemaRef, textSchema } from './json-schema.ts';

const program = {
  source: sourceSchema,
  sourceType: sourceTypeSchema,
  modules: modulesSchema,
  limits: schemaRef('Limits'),
  rerunnable: rerunnableSchema,
};

const functionFacts = {
  tenant: nameSchema,
  name: shortNameSchema,
  version: versionSchema,
  hash: textSchema(64, { pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the spec' }),
  deployedAt: momentSchema,
};
const functionAlways = ['tenant', 'name', 'version', 'hash', 'deployedAt'] as const;

const timing = {
  cron: textSchema(256, {
    description: 'Five fields of cron: minute, hour, day of month, month, day of week',
  }),
  timezone: textSchema(64, {
    default: 'UTC',
    description: 'Name of the IANA time zone database',
  }),
  isPaused: { type: 'boolean', default: false },
};

const scheduleFacts = {
  tenant: nameSchema,
  name: shortNameSchema,
  ...timing,
  createdAt: momentSchema,
  next: listSchema(momentSchema, 100, {
    description: 'The next moments, in a list the first alone; none while it is paused',
  }),
  function: shortNameSchema,
};
const scheduleAlways = [
  'tenant',
  'name',
  'cron',
  'timezone',
  'isPaused',
  'createdAt',
  'next',
] as const;

/** The schemas of functions and schedules; each has a name. */
export const deploymentSchemas: readonly JsonSchema[] = [
  objectSchema<FunctionRequest>(program, ['source'], {
    $id: 'FunctionRequest',
    examples: [
      { source: 'export default ({ name }) => `Hello ${name}`', limits: { wallMs: 2_000 } },
    ],
  }),
  objectSchema<FunctionSummary>(functionFacts, functionAlways, { $id: 'FunctionSummary' }),
  objectSchema<FunctionResource>(
    { ...functionFacts, ...program },
    [...functionAlways, 'source', 'sourceType', 'modules', 'limits', 'rerunnable'],
    { $id: 'Function' },
  ),
  objectSchema<ScheduleRequest>({ ...timing, job: schemaRef('ScheduledJob') }, ['cron', 'job'], {
    $id: 'ScheduleRequest',
    examples: [
      {
        cron: '0 6 * * 1-5',
        timezone: 'Europe/Berlin',
        job: { source: 'export default () => Date.now()' },
      },
    ],
  }),
  objectSchema<ScheduleSummary>(scheduleFacts, scheduleAlways, { $id: 'ScheduleSummary' }),
  objectSchema<ScheduleResource>(
    { ...scheduleFacts, job: schemaRef('ScheduledJob') },
    [...scheduleAlways, 'job'],
    { $id: 'Schedule' },
  ),
];
