import * as z from 'zod';
import type { JobSpec, JobTarget, ParsedJob } from '../job.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import { check, refusal } from './check.ts';
import {
  integerField,
  modulesField,
  nameField,
  objectField,
  sourceField,
  sourceTypeField,
} from './fields.ts';
import { limitsField } from './limits.ts';
import { makeProgram, refuseManyModules, refuseProtoSpecifier } from './program.ts';

const subject = { name: 'job', code: 'ERR_WAYBILL_INVALID_JOB' } as const;

const jobSchema: z.ZodType<JobSpec> = objectField({
  id: nameField.meta({ description: 'Unique among the jobs that have not settled' }).optional(),
  tenant: nameField.meta({ description: 'Owner of the job', default: 'default' }).optional(),
  source: sourceField.meta({ description: 'Guest source' }).optional(),
  function: nameField.meta({ description: 'Name of a deployed function' }).optional(),
  sourceType: sourceTypeField
    .meta({ description: 'Only with source', default: 'module' })
    .optional(),
  modules: modulesField
    .meta({ description: 'Specifier to source; only with source', default: {} })
    .optional(),
  input: z.unknown().meta({ description: 'First argument of the guest function' }).optional(),
  limits: limitsField.optional(),
  reuse: z
    .enum(['never', 'tenant'], { error: '"never" or "tenant"' })
    .meta({ description: 'What a job may find left in its isolate', default: 'tenant' })
    .optional(),
  trail: z
    .boolean({ error: 'true or false' })
    .meta({ description: 'Whether the outcome lists each border crossed', default: false })
    .optional(),
  priority: integerField(-100, 100, 'highest first')
    .meta({ description: 'Which of the waiting jobs of the tenant goes first', default: 0 })
    .optional(),
  rerunnable: z
    .boolean({ error: 'true or false' })
    .meta({ description: 'Whether it may run a second time after its process was lost' })
    .optional(),
});

/** {@link JobSpec} as JSON Schema (draft 2020-12), for HTTP interfaces and their documentation. */
export const jobJsonSchema: Readonly<Record<string, unknown>> = Object.freeze({
  ...z.toJSONSchema(jobSchema, { io: 'input' }),
  oneOf: [{ required: ['source'] }, { required: ['function'] }],
});

/**
 * Checks a job spec of unknown origin. The input value itself is passed on untouched: it is checked
 * when it is packed.
 *
 * @param base - limits of the host, for the size of the source. @defaultValue {@link defaultLimits}
 * @throws CallerError ERR_WAYBILL_INVALID_JOB if the spec has another shape
 * @throws CallerError ERR_WAYBILL_PAYLOAD_TOO_LARGE if the source and its modules exceed
 *   `sourceBytes`
 */
export function parseJobSpec(spec: unknown, base: Limits = defaultLimits): ParsedJob {
  refuseManyModules(spec, subject);
  const fields = check(jobSchema, spec, subject);
  refuseProtoSpecifier(spec, subject);
  return {
    id: fields.id,
    tenant: fields.tenant ?? 'default',
    target: targetOf(fields, base),
    input: fields.input,
    limits: fields.limits ?? {},
    reuse: fields.reuse ?? 'tenant',
    trail: fields.trail ?? false,
    priority: fields.priority ?? 0,
    rerunnable: fields.rerunnable,
  };
}

function targetOf(fields: JobSpec, base: Limits): JobTarget {
  const { source, function: name } = fields;
  if (source !== undefined && name === undefined) {
    return { kind: 'program', program: makeProgram({ ...fields, source }, base) };
  }
  if (source !== undefined || name === undefined) {
    const got = name === undefined ? 'neither' : 'both';
    throw refusal(subject, [{ path: 'job', expected: 'exactly one of source and function', got }]);
  }
  for (const path of ['sourceType', 'modules'] as const) {
    if (fields[path] === undefined) continue;
    const expected = 'nothing beside function, which brings its own';
    throw refusal(subject, [{ path, expected, got: 'a value' }]);
  }
  return { kind: 'function', name };
}
