/** What a code of this package means, whose fault it is and how an HTTP server should answer it. */
export interface ContextErrorMeaning {
  /** Who can put it right: `caller` used the API wrongly, `guest` did, or `host` (this process or its peer). */
  readonly blame: 'caller' | 'guest' | 'host';
  /** Whether the same operation may succeed when tried again without a change. */
  readonly retryable: boolean;
  /** The status for an HTTP response. */
  readonly httpStatus: number;
  /** One sentence for people. */
  readonly meaning: string;
}

/** Every code that this package throws: the set is closed, and a code is never renamed. */
export type ContextErrorCode =
  | 'ERR_WAYBILL_CONTEXT_DUPLICATE_NAME'
  | 'ERR_WAYBILL_CONTEXT_BAD_POLICY'
  | 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE'
  | 'ERR_WAYBILL_CONTEXT_TOO_LARGE'
  | 'ERR_WAYBILL_CONTEXT_BAD_WIRE'
  | 'ERR_WAYBILL_CONTEXT_REVOKED'
  | 'ERR_WAYBILL_CONTEXT_LEGACY_MODE';

/** The meaning of every {@link ContextErrorCode}. */
export const contextErrorCodes: Readonly<Record<ContextErrorCode, ContextErrorMeaning>> = {
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
};
