/** Codes of failures of Waybill, a host function or the machine. */
export const hostErrorCodes = {
  ERR_WAYBILL_HOST_FUNCTION_THREW: {
    blame: 'host',
    retryable: false,
    httpStatus: 502,
    meaning: 'A host function threw and the guest did not handle it.',
  },
  ERR_WAYBILL_HOST_FUNCTION_TIMEOUT: {
    blame: 'host',
    retryable: false,
    httpStatus: 504,
    meaning: 'The deadline passed while the job only waited for host functions.',
  },
  ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'A host function returned a value that cannot cross into an isolate.',
  },
  ERR_WAYBILL_HOST_RESULT_TOO_LARGE: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'A host function returned a value that is larger than the limit.',
  },
  ERR_WAYBILL_HOST_RESULT_INVALID: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning:
      'A host function returned a value that is not as its schema says, or that holds a secret.',
  },
  ERR_WAYBILL_QUEUE_DEADLINE: {
    blame: 'host',
    retryable: true,
    httpStatus: 504,
    meaning: 'The deadline passed while the job was still queued.',
  },
  ERR_WAYBILL_WORKER_EXITED: {
    blame: 'host',
    retryable: true,
    httpStatus: 503,
    meaning: 'The worker thread that ran the job exited before the job settled.',
  },
  ERR_WAYBILL_WORKER_UNRESPONSIVE: {
    blame: 'host',
    retryable: true,
    httpStatus: 503,
    meaning:
      'The worker thread did not come to the job, or to report on it, before its deadline; or the machine was too busy for its guest.',
  },
  ERR_WAYBILL_PROCESS_EXITED: {
    blame: 'host',
    retryable: true,
    httpStatus: 503,
    meaning: 'The pool process that ran the job ended before the job settled.',
  },
  ERR_WAYBILL_PROCESS_NOT_STARTED: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'A pool process could not be started.',
  },
  ERR_WAYBILL_ISOLATE_LOST: {
    blame: 'host',
    retryable: true,
    httpStatus: 503,
    meaning: 'Another job of the tenant took down the isolate that both shared.',
  },
  ERR_WAYBILL_RPC_BROKEN: {
    blame: 'host',
    retryable: true,
    httpStatus: 503,
    meaning: 'The channel to another thread broke before it answered.',
  },
  ERR_WAYBILL_RPC_REFUSED: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'A message between threads was refused because it is not one that is allowed.',
  },
  ERR_WAYBILL_HOST_MODULE_FAILED: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'The module with the host functions of the workers could not be loaded.',
  },
  ERR_WAYBILL_ENGINE_MISSING: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'The native addon that the isolate engine stands on could not be loaded.',
  },
  ERR_WAYBILL_INTERNAL: {
    blame: 'host',
    retryable: false,
    httpStatus: 500,
    meaning: 'Waybill met a state that it does not know how to handle.',
  },
} as const;
