/** Codes of what the guest's code has to change. */
export const guestErrorCodes = {
  ERR_WAYBILL_GUEST_SYNTAX: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest source does not parse.',
  },
  ERR_WAYBILL_GUEST_NO_ENTRY: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest source has no function as its default export.',
  },
  ERR_WAYBILL_GUEST_THREW: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest code threw, or its promise was rejected.',
  },
  ERR_WAYBILL_GUEST_MODULE_NOT_FOUND: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest imports a module that its module map does not hold.',
  },
  ERR_WAYBILL_GUEST_CPU_LIMIT: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest used more computing time than its limit.',
  },
  ERR_WAYBILL_GUEST_MEMORY_LIMIT: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest used more memory than its limit.',
  },
  ERR_WAYBILL_DEADLINE_EXCEEDED: {
    blame: 'guest',
    retryable: false,
    httpStatus: 504,
    meaning: 'The deadline passed while guest code ran or waited for something of its own.',
  },
  ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest returned a value that cannot leave its isolate.',
  },
  ERR_WAYBILL_GUEST_RESULT_TOO_LARGE: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest returned a value that is larger than the limit of the job.',
  },
  ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest called a host function with a value that cannot leave its isolate.',
  },
  ERR_WAYBILL_HOST_CALL_TOO_LARGE: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest called a host function with arguments that are larger than the limit.',
  },
  ERR_WAYBILL_HOST_CALL_LIMIT: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest made more host calls, in all or at once, than its limit.',
  },
  ERR_WAYBILL_HOST_FUNCTION_UNKNOWN: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest called a host function that this host does not offer.',
  },
  ERR_WAYBILL_TIMER_LIMIT: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'The guest has more timers pending than its limit.',
  },
  ERR_WAYBILL_JOB_ENDED: {
    blame: 'guest',
    retryable: false,
    httpStatus: 422,
    meaning: 'Something that belongs to a job was used after the job had settled.',
  },
} as const;
