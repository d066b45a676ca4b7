import { makeError } from '@waybill/protocol';
import { type JsonSchema, objectSchema, textSchema } from '@waybill/protocol/http';

/** Parameters of an address that names a job. */
export interface JobParams {
  readonly id: string;
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** For the document. What is no id is a job that nobody has, not a request that cannot be read: hence no format. */
export const jobParams: JsonSchema = objectSchema<JobParams>(
  {
    id: textSchema(2_048, {
      description: 'UUID of the job',
      examples: ['0192f0c1-7f2a-7c3e-8a5b-6d7e8f901234'],
    }),
  },
  ['id'],
);

/**
 * Reads the id in an address.
 *
 * @throws `ERR_WAYBILL_JOB_NOT_FOUND` for what is none
 */
export function readJobId({ id }: JobParams): string {
  const jobId = id.toLowerCase();
  if (uuid.test(jobId)) return jobId;
  throw jobNotFound(id);
}

/** The error for a job that the tenant does not have, whether another one has it or nobody. */
export function jobNotFound(id: string): Error {
  const jobId = id.slice(0, 64).toWellFormed();
  return makeError('ERR_WAYBILL_JOB_NOT_FOUND', `the tenant has no job ${JSON.stringify(jobId)}`, {
    details: { jobId },
  });
}
