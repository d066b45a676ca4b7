/**
 * Codes of `@waybill/context`, which stands alone and has the same entries in a table of its own.
 */
export const contextErrorCodes = {
  ERR_WAYBILL_CONTEXT_DUPLICATE_NAME: {
    blame: 'caller',
    retryable: false,
    httpStatus: 500,
    meaning: 'Two carried variables of one thread have the same name.',
  },
  ERR_WAYBILL_CONTEXT_BAD_POLICY: {
    blame: 'caller',
    retryable: false,
    httpStatus: 500,
    meaning:
      'A variable, a carry policy or a job context was declared with options that contradict or exceed a limit.',
  },
  ERR_WAYBILL_CONTEXT_NOT_CARRIABLE: {
    blame: 'caller',
    retryable: false,
    httpStatus: 422,
    meaning: 'A carried variable holds a value that has no exact JSON form, or its codec failed.',
  },
  ERR_WAYBILL_CONTEXT_TOO_LARGE: {
    blame: 'caller',
    retryable: false,
    httpStatus: 413,
    meaning: 'A carried variable, or all of them together, take more bytes than the wire allows.',
  },
  ERR_WAYBILL_CONTEXT_BAD_WIRE: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning:
      'A context wire that came in has the wrong version or shape, is too large, or cannot be decoded.',
  },
  ERR_WAYBILL_CONTEXT_REVOKED: {
    blame: 'guest',
    retryable: false,
    httpStatus: 409,
    meaning: 'Something bound to a job was used after the job had ended.',
  },
  ERR_WAYBILL_CONTEXT_LEGACY_MODE: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'Node.js runs without AsyncContextFrame, so contexts cannot be kept apart.',
  },
} as const;
