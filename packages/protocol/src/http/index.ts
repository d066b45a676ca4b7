export { decodeValue, encodeValue } from './value.ts';
export type { EncodedValue } from './value.ts';
export {
  fromErrorResource,
  fromResultResource,
  toErrorResource,
  toResultResource,
} from './result.ts';
export type { Result } from './result.ts';
export { scopes } from './scope.ts';
export type { Scope } from './scope.ts';
export type {
  DurableOutcomeResource,
  ErrorResource,
  OutcomeResource,
  ResultResource,
} from './outcome.ts';
export type { FunctionRunRequest, RunRequest } from './run.ts';
export type { FunctionJobRequest, JobRequest, JobResource, JobSummary } from './job.ts';
export type { HistoryEvent, HistoryEventFacts } from './event.ts';
export type { FunctionRequest, FunctionResource, FunctionSummary } from './function.ts';
export type { ScheduleRequest, ScheduleResource, ScheduleSummary } from './schedule.ts';
export type {
  ApiKey,
  IssuedKey,
  KeyRequest,
  KeyResource,
  KeyRotationRequest,
  KeySpec,
  NewKeyResource,
} from './key.ts';
export type { Problem } from './problem.ts';
export {
  cursorSchema,
  httpSchemas,
  idempotencyKeySchema,
  integerSchema,
  jobIdSchema,
  jobStateSchema,
  listSchema,
  maxPageItems,
  momentSchema,
  nameSchema,
  objectSchema,
  schemaRef,
  shortNameSchema,
  textSchema,
  versionSchema,
} from './schemas/index.ts';
export type { JsonSchema } from './schemas/index.ts';
