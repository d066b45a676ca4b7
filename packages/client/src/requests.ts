import { makeError, type DurableJobSpec, type JobSpec, type ScheduleSpec } from '@waybill/protocol';
import { encodeValue, type JobRequest, type RunRequest } from '@waybill/protocol/http';

/** A job that is run at once. Whose it is the credentials say. */
export interface RunSpec extends Omit<JobSpec, 'id' | 'tenant'> {
  /** Version of the deployed function. Only with `function`. @defaultValue the one deployed last */
  readonly version?: number | undefined;
}

/** A durable job. Whose it is the credentials say. */
export type SubmitSpec = Omit<DurableJobSpec, 'tenant'>;

/** @throws `ERR_WAYBILL_NOT_CARRIABLE` or `ERR_WAYBILL_PAYLOAD_TOO_LARGE` for the input */
export function toRunRequest({ input, ...rest }: RunSpec): RunRequest {
  return { ...rest, ...inputFields(input) };
}

/**
 * The body of a submission; its idempotency key is a header.
 *
 * @throws `ERR_WAYBILL_NOT_CARRIABLE` or `ERR_WAYBILL_PAYLOAD_TOO_LARGE` for the input, `ERR_WAYBILL_INVALID_JOB` for a moment
 *   that there is not
 */
export function toJobRequest(spec: SubmitSpec): JobRequest {
  const { input, startAfterMs, idempotencyKey: _header, ...rest } = spec;
  if (startAfterMs === undefined) return { ...rest, ...inputFields(input) };
  return { ...rest, ...inputFields(input), startAfter: toMoment('startAfterMs', startAfterMs) };
}

/** @throws as {@link toJobRequest} */
export function toScheduledJob({ input, ...rest }: ScheduleSpec['job']): JobRequest {
  return { ...rest, ...inputFields(input) };
}

/** @throws `ERR_WAYBILL_INVALID_JOB` for a moment that there is not */
export function toMoment(path: string, ms: number): string {
  // What a Date can hold.
  if (Math.abs(ms) <= 8.64e15) return new Date(ms).toISOString();
  const expected = 'a moment in ms since 1970';
  throw makeError('ERR_WAYBILL_INVALID_JOB', `${path}: expected ${expected}, got ${ms}`);
}

function inputFields(input: unknown): Pick<RunRequest, 'input' | 'inputParcel'> {
  const { value, parcel } = encodeValue(input);
  return parcel === undefined ? { input: value } : { inputParcel: parcel };
}
