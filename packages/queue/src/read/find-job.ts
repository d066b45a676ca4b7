import type { DurableJob } from '@waybill/protocol';
import { makeError } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { type JobRow, jobColumns, jobFromRow } from '../tables/job-row.ts';

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether it can be the id of a job at all; anything else would be an error of the database. */
export function isJobId(text: string): boolean {
  return uuidPattern.test(text);
}

/** Gives a job of a tenant, or `undefined` if the tenant has none with this id. */
export async function findJob(
  database: Queryable,
  tenant: string,
  jobId: string,
): Promise<DurableJob | undefined> {
  if (!isJobId(jobId)) return undefined;
  const select = `SELECT ${jobColumns} FROM waybill.job AS job WHERE job.id = $1 AND job.tenant = $2`;
  const [row] = await database.query<JobRow>(select, [jobId, tenant]);
  return row && jobFromRow(row);
}

/** The error for a job that a tenant does not have, whether another tenant has it or nobody. */
export function jobNotFound(jobId: string): Error {
  const words = `expected the id of a job of this tenant that is not forgotten yet`;
  return makeError('ERR_WAYBILL_JOB_NOT_FOUND', words, { details: { jobId: jobId.slice(0, 64) } });
}
