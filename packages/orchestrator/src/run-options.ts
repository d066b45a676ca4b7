import { type LogLine, makeError } from '@waybill/protocol';

/** How a job is watched and given up; nothing of it reaches the guest. */
export interface RunOptions {
  /** Cancels the job when it aborts. @defaultValue none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Hears each log line as it is kept, in the submitter's context. What it throws does not reach the job: it is an
   * uncaught exception of the process.
   *
   * @defaultValue none
   */
  readonly onLog?: ((line: LogLine) => void) | undefined;
}

function refuse(path: string, expected: string, got: unknown): never {
  const found = got === null ? 'null' : typeof got;
  throw makeError('ERR_WAYBILL_INVALID_JOB', `${path}: expected ${expected}, got ${found}`, {
    details: { issues: [{ path, expected, got: found }] },
  });
}

/**
 * Checks what a caller without types may have passed.
 *
 * @throws `ERR_WAYBILL_INVALID_JOB` that names the wrong option
 */
export function checkRunOptions(options: RunOptions): RunOptions {
  if (typeof options !== 'object' || options === null) {
    refuse('options', 'an object with signal and onLog', options);
  }
  const { signal, onLog } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse('options.signal', 'an AbortSignal', signal);
  }
  if (onLog !== undefined && typeof onLog !== 'function') {
    refuse('options.onLog', 'a function', onLog);
  }
  return { signal, onLog };
}
