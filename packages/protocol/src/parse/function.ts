import * as z from 'zod';
import type { DeployedFunction, FunctionSpec } from '../job.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import { check } from './check.ts';
import { modulesField, nameField, objectField, sourceField, sourceTypeField } from './fields.ts';
import { limitsField } from './limits.ts';
import { makeProgram, refuseManyModules, refuseProtoSpecifier } from './program.ts';

const subject = { name: 'function', code: 'ERR_WAYBILL_INVALID_JOB' } as const;

const functionSchema: z.ZodType<FunctionSpec> = objectField({
  name: nameField,
  tenant: nameField.optional(),
  source: sourceField,
  sourceType: sourceTypeField.optional(),
  modules: modulesField.optional(),
  limits: limitsField.optional(),
  rerunnable: z.boolean({ error: 'true or false' }).optional(),
});

/**
 * Checks a function spec of unknown origin.
 *
 * @param base - limits of the host, for the size of the source. @defaultValue {@link defaultLimits}
 * @throws CallerError ERR_WAYBILL_INVALID_JOB if the spec has another shape
 * @throws CallerError ERR_WAYBILL_PAYLOAD_TOO_LARGE if the source and its modules exceed
 *   `sourceBytes`
 */
export function parseFunctionSpec(spec: unknown, base: Limits = defaultLimits): DeployedFunction {
  refuseManyModules(spec, subject);
  const fields = check(functionSchema, spec, subject);
  refuseProtoSpecifier(spec, subject);
  return {
    name: fields.name,
    tenant: fields.tenant ?? 'default',
    program: makeProgram(fields, base),
    limits: fields.limits ?? {},
    rerunnable: fields.rerunnable ?? false,
  };
}
