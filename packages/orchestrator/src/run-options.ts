import type { LogLine } from '@waybill/protocol';
import { type Issue, describe, refusal, unknownKey } from '@waybill/protocol/parse';

/** How a job is watched and given up; nothing of it reaches the guest. */
export interface RunOptions {
  /** Cancels the job when it aborts. @defaultValue none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Hears each log line as it is kept, in the submitter's context. What it throws does not reach the job: it is an
   * uncaught exception of the process. A job that runs again, because what ran it was lost, is heard from its first line
   * again; the outcome has the lines of the last time only.
   *
   * @defaultValue none
   */
  readonly onLog?: ((line: LogLine) => void) | undefined;
}

const knownKeys = ['signal', 'onLog'];

function refuse(issue: Issue): never {
  throw refusal({ name: 'options', code: 'ERR_WAYBILL_INVALID_JOB' }, [issue]);
}

/**
 * Checks what a caller without types may have passed.
 *
 * @throws `ERR_WAYBILL_INVALID_JOB` that names the wrong option
 */
export function checkRunOptions(options: RunOptions): RunOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const expected = 'an object with signal and onLog';
    refuse({ path: 'options', expected, got: describe(options) });
  }
  for (const key of Object.keys(options)) {
    if (!knownKeys.includes(key)) refuse(unknownKey(`options.${key}`, key, knownKeys));
  }
  const { signal, onLog } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse({ path: 'options.signal', expected: 'an AbortSignal', got: describe(signal) });
  }
  if (onLog !== undefined && typeof onLog !== 'function') {
    refuse({ path: 'options.onLog', expected: 'a function', got: describe(onLog) });
  }
  return { signal, onLog };
}
