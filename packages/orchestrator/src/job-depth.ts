import { JobContext, type JobContextOptions } from '@waybill/context';

/** What the host functions of one attempt run in, and how deep its job is: by its context and not by its id, which a later job may have. */
export class AttemptContext extends JobContext {
  /** How many jobs the job is inside of, itself counted. */
  readonly depth: number;

  constructor(options: JobContextOptions, depth: number) {
    super(options);
    this.depth = depth;
  }
}

/** How many jobs a job that is submitted here is inside of, itself counted: 1 outside of all that still run. */
export function depthHere(): number {
  const around = JobContext.current();
  if (around === undefined || around.revoked) return 1;
  return (around instanceof AttemptContext ? around.depth : 0) + 1;
}
