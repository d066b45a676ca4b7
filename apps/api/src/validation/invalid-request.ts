import { type WaybillError, makeError } from '@waybill/protocol';
import type { Issue } from '@waybill/protocol/parse';

/** Makes the error for a request that is not as documented: its message tells the first issue, its details tell all. */
export function invalidRequest(issues: readonly Issue[]): WaybillError {
  const [first, ...more] = issues;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const words =
    first === undefined
      ? 'the request is not as documented'
      : `${first.path}: expected ${first.expected}, got ${first.got}${rest}`;
  return makeError('ERR_WAYBILL_INVALID_REQUEST', words, { details: { issues } });
}
