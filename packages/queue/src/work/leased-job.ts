import { ContextSnapshot } from '@waybill/context';
import { parseTraceParent, traceContext } from '@waybill/context/w3c';
import type { QueueOffice } from '../queue-office.ts';
import { type JobRow, jobColumns } from '../tables/job-row.ts';

/** A job as it is read when it is taken; what its columns hold, unopened. */
export interface LeasedJob extends JobRow {
  readonly spec: string;
  readonly input: string;
  readonly context: string;
}

/** What to select, or to return, for a {@link LeasedJob}; `waybill.job` goes by the name `job` and `waybill.job_body` by `body`. */
export const leasedJobColumns: string = `${jobColumns}, body.spec, body.input, body.context`;

/**
 * Gives the context that was stored with a job.
 *
 * @throws `ERR_WAYBILL_CONTEXT_UNTRUSTED`, or a `ContextError` for a value that its variable cannot read any more
 */
export function restoreContext(
  { seal }: Pick<QueueOffice, 'seal'>,
  { id: jobId, tenant, context, spec, input, function: functionName, version }: LeasedJob,
): ContextSnapshot {
  const work = { spec, input, functionName, functionVersion: version };
  return ContextSnapshot.fromWire(seal.open(context, { jobId, tenant, work }), 'queue');
}

/** Gives `context` with the trace of an attempt in place of the submission's. */
export function withTrace(context: ContextSnapshot, trace: string): ContextSnapshot {
  const parent = parseTraceParent(trace);
  if (parent === undefined) return context;
  const capture = (): ContextSnapshot => ContextSnapshot.capture();
  return context.run(() => traceContext.run({ ...parent, state: [] }, capture));
}
