import type { FunctionJobSpec, FunctionRef } from '@waybill/orchestrator/durable';
import { type DurableJobSpec, type JobSpec, makeError } from '@waybill/protocol';
import {
  type FunctionJobRequest,
  type JobRequest,
  type RunRequest,
  decodeValue,
} from '@waybill/protocol/http';
import { parseOptionalMoment } from './moments.ts';

/** What a request asks to run at once: a program of its own, or a function. */
export type Run =
  | { readonly kind: 'program'; readonly spec: Omit<JobSpec, 'id' | 'function'> }
  | {
      readonly kind: 'function';
      readonly ref: FunctionRef;
      readonly spec: FunctionJobSpec;
    };

/**
 * Reads the body of a run. The tenant is what the credentials say.
 *
 * @throws `ERR_WAYBILL_INVALID_JOB` for fields that do not go together, `ERR_WAYBILL_INVALID_REQUEST` for an input that cannot be
 *   read
 */
export function parseRun(body: RunRequest, tenant: string): Run {
  const { source, function: name, version, sourceType, modules, ...spec } = withInput(body);
  if (name === undefined) {
    if (version !== undefined) throw strangers('version', 'source, which has none');
    return { kind: 'program', spec: { ...spec, tenant, source, sourceType, modules } };
  }
  if (source !== undefined) throw strangers('source', 'function, which brings its own');
  if (sourceType !== undefined) throw strangers('sourceType', 'function, which brings its own');
  if (modules !== undefined) throw strangers('modules', 'function, which brings its own');
  return { kind: 'function', ref: { tenant, name, version }, spec };
}

/** Reads the body of a durable job; the queue checks what goes together. Throws as {@link parseRun} does. */
export function parseJob(body: JobRequest, tenant: string): DurableJobSpec {
  const { startAfter, ...spec } = withInput(body);
  return { ...spec, tenant, startAfterMs: parseOptionalMoment(startAfter, 'startAfter') };
}

/** Reads the job of a schedule. Throws as {@link parseRun} does. */
export function parseScheduledJob(
  body: Omit<JobRequest, 'startAfter'>,
): Omit<DurableJobSpec, 'tenant' | 'idempotencyKey' | 'startAfterMs'> {
  return withInput(body);
}

/** Puts the function of the address into a body that has none. */
export function withFunction(body: FunctionJobRequest | undefined, name: string): JobRequest {
  return { ...body, function: name };
}

function withInput<Body extends RunRequest>(
  body: Body,
): Omit<Body, 'input' | 'inputParcel'> & { readonly input: unknown } {
  const { inputParcel: parcel, input: value, ...spec } = body;
  return { ...spec, input: decodeValue({ value, parcel }) };
}

function strangers(path: string, beside: string): Error {
  const expected = `nothing beside ${beside}`;
  return makeError('ERR_WAYBILL_INVALID_JOB', `${path}: expected ${expected}, got a value`, {
    details: { issues: [{ path, expected, got: 'a value' }] },
  });
}
