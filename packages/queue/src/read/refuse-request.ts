import { type WaybillError, makeError } from '@waybill/protocol';
import { describe } from '@waybill/protocol/parse';

/** Makes the error for a parameter that is not as documented. */
export function refuseRequest(path: string, expected: string, value: unknown): WaybillError {
  const got = describe(value);
  const details = { issues: [{ path, expected, got }] };
  return makeError('ERR_WAYBILL_INVALID_REQUEST', `${path}: expected ${expected}, got ${got}`, {
    details,
  });
}
