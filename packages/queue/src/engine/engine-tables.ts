/** Where pg-boss keeps its tables. */
export const engineSchema = 'pgboss';

/** The one queue of pg-boss that all jobs are in. */
export const engineQueue = 'jobs';

/** A SELECT of the ids of jobs that are leased, all tenants' and executors', for statements of our own: there are few, and it has an index. */
export const leasedIds: string = `
SELECT id FROM ${engineSchema}.job WHERE name = '${engineQueue}' AND state = 'active' AND group_id IS NOT NULL`;

/** A condition for jobs that wait, of the one queue, as pg-boss has it in its indexes. */
export const waitingJobs: string = `name = '${engineQueue}' AND state < 'active' AND NOT blocked`;

/** A condition for a job that waits in line or is leased, for statements of our own. @param id - an expression for its id */
export function isInLine(id: string): string {
  return `EXISTS (SELECT FROM ${engineSchema}.job AS line WHERE line.name = '${engineQueue}' AND line.id = ${id})`;
}

/** A statement that takes jobs out of the line, for statements of our own. @param condition - for their ids, in `id` */
export function removeFromLine(condition: string): string {
  return `DELETE FROM ${engineSchema}.job WHERE name = '${engineQueue}' AND ${condition}`;
}
