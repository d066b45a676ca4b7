import { JobContext } from '@waybill/context';

// By the context of the job and not by its id, which a later job may have.
const depths: WeakMap<JobContext, number> = new WeakMap();

/** How many jobs a job that is submitted here is inside of, itself counted: 1 outside of all that still run. */
export function depthHere(): number {
  const around = JobContext.current();
  if (around === undefined || around.revoked) return 1;
  return (depths.get(around) ?? 0) + 1;
}

/** Says how deep the jobs are that host functions of this one run in. */
export function noteDepth(context: JobContext, depth: number): void {
  depths.set(context, depth);
}
