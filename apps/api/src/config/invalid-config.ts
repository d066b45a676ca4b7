import { type WaybillError, makeError } from '@waybill/protocol';
import type { Issue } from '@waybill/protocol/parse';

/** Makes the error for a wrong configuration: its message has a line for each issue. */
export function invalidConfig(issues: readonly Issue[], cause?: unknown): WaybillError {
  const lines = issues.map(
    ({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`,
  );
  return makeError('ERR_WAYBILL_INVALID_CONFIG', lines.join('\n'), { details: { issues }, cause });
}
