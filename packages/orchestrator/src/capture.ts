import { randomUUID } from 'node:crypto';
import { ContextSnapshot } from '@waybill/context';
import {
  type Job,
  type JobSpec,
  type PackContext,
  type ParsedJob,
  makeError,
  packValue,
  parcelByteLength,
  parcelLimits,
  resolveLimits,
  tooLargeError,
} from '@waybill/protocol';
import { parseJobSpec } from '@waybill/protocol/parse';
import { refuseJob, refuseUnlessRoom } from './admit.ts';
import { depthHere } from './job-depth.ts';
import type { Captured } from './job-ticket.ts';
import type { Office } from './office.ts';
import type { RunOptions } from './run-options.ts';

/** How one call of `run` was made. */
export interface RunRequest extends RunOptions {
  /** An error made where the job was submitted; its stack is read only if the job fails. */
  readonly site: { readonly stack?: string };
}

type Resolved = Pick<Captured, 'job' | 'target'>;

function resolveJob(office: Office, parsed: ParsedJob): Resolved {
  const { tenant, input, reuse, trail, priority, target } = parsed;
  const id = parsed.id ?? randomUUID();
  const common = { id, tenant, input, reuse, trail, priority };
  if (target.kind === 'program') {
    const limits = resolveLimits(office.settings.limits, parsed.limits);
    const { program } = target;
    const { rerunnable = false } = parsed;
    return { job: { ...common, rerunnable, program, functionName: undefined, limits }, target };
  }
  const { key, deployed, limits: own } = office.functions.find(tenant, target.name);
  if (parsed.limits.memoryBytes !== undefined) {
    const words =
      'limits.memoryBytes: expected nothing, because all jobs of a function share its heap';
    throw makeError('ERR_WAYBILL_INVALID_JOB', words);
  }
  const limits = resolveLimits(own, parsed.limits);
  const { program, name, rerunnable: byFunction } = deployed;
  const { rerunnable = byFunction } = parsed;
  return {
    job: { ...common, rerunnable, program, functionName: name, limits },
    target: { kind: 'function', functionKey: key },
  };
}

const inputContext: PackContext = {
  what: 'the input',
  limit: 'inputBytes',
  codes: { tooLarge: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE', notCarriable: 'ERR_WAYBILL_NOT_CARRIABLE' },
};

function packInput({ input, limits }: Job): Captured['input'] {
  const packed = packValue(input, parcelLimits(limits, limits.inputBytes), inputContext);
  const byteLength = parcelByteLength(packed);
  if (byteLength <= limits.inputBytes) return packed;
  throw tooLargeError(inputContext, limits.inputBytes, byteLength);
}

/**
 * Step 1: takes all that the job needs from its submitter, now: the context, the input, the place it was submitted at.
 * What is wrong with it is said here, before anything was started.
 *
 * @throws `ERR_WAYBILL_INVALID_JOB`, `ERR_WAYBILL_FUNCTION_NOT_FOUND`, `ERR_WAYBILL_NOT_CARRIABLE`,
 *   `ERR_WAYBILL_PAYLOAD_TOO_LARGE`, what `refuseUnlessRoom` and `refuseJob` throw, and the `ERR_WAYBILL_CONTEXT_*` codes for
 *   a variable that cannot be carried
 */
export function capture(office: Office, spec: JobSpec, request: RunRequest): Captured {
  const submittedMs = performance.now();
  // Before the dear part: a job that is shed must not cost what an admitted one does.
  refuseUnlessRoom(office);
  const { job, target } = resolveJob(office, parseJobSpec(spec, office.settings.limits));
  const depth = depthHere();
  refuseJob(office, job, depth);
  const snapshot = ContextSnapshot.capture();
  return {
    job,
    target,
    snapshot,
    site: request.site,
    input: packInput(job),
    context: snapshot.toWire('worker'),
    guestContext: snapshot.toWire('guest').entries,
    onLog: request.onLog,
    submittedMs,
    deadlineMs: submittedMs + job.limits.wallMs,
    depth,
  };
}
