import { deploymentSchemas } from './deployment.ts';
import { limitsSchema } from './fields.ts';
import { jobSchemas } from './job.ts';
import type { JsonSchema } from './json-schema.ts';
import { keySchemas } from './key.ts';
import { pageSchemas } from './page.ts';
import { problemSchema } from './problem.ts';
import { requestSchemas } from './request.ts';
import { resultSchemas } from './result.ts';

export { jobIdSchema, momentSchema, nameSchema, shortNameSchema, versionSchema } from './fields.ts';
export { idempotencyKeySchema, jobStateSchema } from './job.ts';
export { cursorSchema, maxPageItems } from './page.ts';
export { integerSchema, listSchema, objectSchema, schemaRef, textSchema } from './json-schema.ts';
export type { JsonSchema } from './json-schema.ts';

/** Every schema that has a name (`$id`); they point to each other by `{ $ref: 'Name#' }`. */
export const httpSchemas: readonly JsonSchema[] = [
  limitsSchema,
  problemSchema,
  ...resultSchemas,
  ...requestSchemas,
  ...jobSchemas,
  ...deploymentSchemas,
  ...keySchemas,
  ...pageSchemas,
];
