import { makeError, type WaybillError } from '@waybill/protocol';

/**
 * The error of an answer that no service of this version gives.
 *
 * @param words - what is wrong with it: `its body is not JSON`
 */
export function badAnswer(
  words: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): WaybillError {
  const message = `what answered is not a Waybill service that this client understands: ${words}`;
  return makeError('ERR_WAYBILL_BAD_ANSWER', message, { details, cause });
}
