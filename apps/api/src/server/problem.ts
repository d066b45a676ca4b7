import { STATUS_CODES } from 'node:http';
import { type WaybillError, errorCodes, isWaybillError, makeError } from '@waybill/protocol';
import type { Problem } from '@waybill/protocol/http';
import { invalidRequest } from '../validation/invalid-request.ts';
import { toIssues } from '../validation/issues.ts';

/** Media type of a {@link Problem}. */
export const problemType = 'application/problem+json';

/**
 * Gives the document that answers for an error. Its `type` is `urn:waybill:error:` and the code, whose page is in `docs/errors/`.
 *
 * @param status - other than the one of the code, where HTTP has one that says more
 */
export function problemOf(error: WaybillError, requestId: string, status?: number): Problem {
  const { code, blame, retryable, details, message } = error.toJSON();
  const { guest } = error.stackOf;
  return {
    type: `urn:waybill:error:${code}`,
    title: errorCodes[code].meaning,
    status: status ?? error.httpStatus,
    detail: message,
    code,
    blame,
    retryable,
    details,
    requestId,
    ...(guest === undefined ? {} : { guestStack: guest }),
  };
}

interface ForeignError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly validation?: unknown;
  readonly validationContext?: unknown;
}

/**
 * Gives an error of the table for whatever ended a request. What nobody foresaw is `ERR_WAYBILL_INTERNAL`, whose words do not
 * leave the service: the log has them.
 */
export function requestErrorOf(thrown: unknown): WaybillError {
  if (isWaybillError(thrown)) return thrown;
  const { code, statusCode, validation, validationContext } = (thrown ?? {}) as ForeignError;
  if (Array.isArray(validation)) {
    const part = typeof validationContext === 'string' ? validationContext : 'request';
    return invalidRequest(toIssues(validation, part));
  }
  const words = foreignWords[String(code)];
  if (words !== undefined) return makeError(words.code, words.text);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const text = `the request cannot be read: ${STATUS_CODES[statusCode] ?? 'it is malformed'}`;
    return makeError('ERR_WAYBILL_INVALID_REQUEST', text, { cause: thrown });
  }
  const text = 'something went wrong that was not foreseen; the log of the service has it';
  return makeError('ERR_WAYBILL_INTERNAL', text, { cause: thrown });
}

const unreadable = 'ERR_WAYBILL_INVALID_REQUEST';

// What Fastify and Node say, by their codes.
const foreignWords: Readonly<
  Record<string, { readonly code: WaybillError['code']; readonly text: string } | undefined>
> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE',
    text: 'expected a body of the type application/json, got another',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: unreadable, text: 'expected a JSON body, got none' },
  FST_ERR_BAD_URL: { code: unreadable, text: 'expected a well-formed address, got another' },
  FST_ERR_MAX_PARAM_LENGTH: {
    code: 'ERR_WAYBILL_ROUTE_NOT_FOUND',
    text: 'there is nothing at this address',
  },
  HPE_HEADER_OVERFLOW: { code: unreadable, text: 'the headers are larger than the service reads' },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'ERR_WAYBILL_REQUEST_TIMEOUT',
    text: 'the request did not arrive whole within its time',
  },
};
