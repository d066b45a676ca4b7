import { isErrorCode, makeError, type WaybillError } from '@waybill/protocol';
import { badAnswer } from './bad-answer.ts';
import { isRecord } from './fields.ts';

/**
 * The error of an answer that is not a success: the service's own, by its problem document (RFC 9457).
 *
 * @returns `ERR_WAYBILL_BAD_ANSWER` for a document without a code of the table
 */
export function errorOfProblem(status: number, body: unknown): WaybillError {
  const problem = isRecord(body) ? body : {};
  const { code, detail, title, details, requestId } = problem;
  if (!isErrorCode(code)) {
    const originalCode = typeof code === 'string' ? code : null;
    return badAnswer(`it refused with status ${status} and no known code`, {
      status,
      originalCode,
    });
  }
  const words = [detail, title].find((text) => typeof text === 'string');
  return makeError(code, words ?? code, {
    details: {
      ...(isRecord(details) ? details : {}),
      ...(typeof requestId === 'string' ? { requestId } : {}),
    },
  });
}
