/** Codes of what the submitting program has to change. */
export const callerErrorCodes = {
  ERR_WAYBILL_INVALID_JOB: {
    blame: 'caller',
    retryable: false,
    httpStatus: 400,
    meaning: 'The job or function spec does not have the documented shape.',
  },
  ERR_WAYBILL_INVALID_OPTIONS: {
    blame: 'caller',
    retryable: false,
    httpStatus: 400,
    meaning: 'The options given to Waybill do not have the documented shape.',
  },
  ERR_WAYBILL_NOT_CARRIABLE: {
    blame: 'caller',
    retryable: false,
    httpStatus: 422,
    meaning: 'The input holds a value that cannot cross into an isolate.',
  },
  ERR_WAYBILL_PAYLOAD_TOO_LARGE: {
    blame: 'caller',
    retryable: false,
    httpStatus: 413,
    meaning: 'The input or the source is larger than the limit of the job.',
  },
  ERR_WAYBILL_DUPLICATE_NAME: {
    blame: 'caller',
    retryable: false,
    httpStatus: 409,
    meaning: 'The name is already taken.',
  },
  ERR_WAYBILL_FUNCTION_NOT_FOUND: {
    blame: 'caller',
    retryable: false,
    httpStatus: 404,
    meaning: 'No function of this name is deployed for the tenant.',
  },
  ERR_WAYBILL_DUPLICATE_JOB: {
    blame: 'caller',
    retryable: false,
    httpStatus: 409,
    meaning: 'A job with this id is already queued or running.',
  },
  ERR_WAYBILL_QUEUE_FULL: {
    blame: 'caller',
    retryable: true,
    httpStatus: 429,
    meaning: 'The queue holds as many jobs as it may; the job was not admitted.',
  },
  ERR_WAYBILL_TENANT_QUEUE_FULL: {
    blame: 'caller',
    retryable: true,
    httpStatus: 429,
    meaning: 'As many jobs of the tenant wait as may; the job was not admitted.',
  },
  ERR_WAYBILL_JOB_DEPTH: {
    blame: 'caller',
    retryable: false,
    httpStatus: 422,
    meaning: 'The job was submitted from inside too many jobs.',
  },
  ERR_WAYBILL_CANCELLED: {
    blame: 'caller',
    retryable: false,
    httpStatus: 409,
    meaning: 'The caller cancelled the job before it settled.',
  },
  ERR_WAYBILL_CLOSED: {
    blame: 'caller',
    retryable: true,
    httpStatus: 503,
    meaning: 'The orchestrator is closing or closed and takes no more work.',
  },
} as const;
