import { isWaybillError, type ErrorCode } from '@waybill/protocol';
import type { CallOptions } from './options.ts';
import type { Transport } from './transport.ts';

/**
 * Removes what an address names.
 *
 * @param how - `missing`: the code that says that there is nothing
 * @returns whether there was something; also `false` where a first request removed it whose answer was lost
 */
export async function remove(
  transport: Transport,
  path: readonly string[],
  how: { readonly missing: ErrorCode; readonly options: CallOptions | undefined },
): Promise<boolean> {
  try {
    await transport.request({ method: 'DELETE', path }, how.options);
    return true;
  } catch (error) {
    if (isWaybillError(error) && error.code === how.missing) return false;
    throw error;
  }
}
