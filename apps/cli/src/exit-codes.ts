import { isWaybillError } from '@waybill/protocol';

/** What the command ends with. */
export const exitCodes = {
  ok: 0,
  /** The job failed, or the guest's source is refused. */
  failed: 1,
  /** The command line, a file that it names, or what it asks for is wrong. */
  usage: 2,
  /** The service, or what is around it, is not as it must be: try again later. */
  environment: 3,
  /** The credentials are missing, not valid, or not for this. */
  refused: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** What `--help` says of them. */
export const exitCodesHelp = `
Exit code: 0 all went well; 1 the job failed, or its source is refused; 2 the command line or what it asks for is wrong;
3 the service does not answer or cannot take it now; 4 the credentials are missing or not for this; 130 after Ctrl-C.`;

/** The command line asks for something that there is not, or names a file that cannot be read; the message is one line. */
export class UsageError extends Error {}

/** Gives the exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (!isWaybillError(error)) return exitCodes.failed;
  if (error.httpStatus === 401 || error.httpStatus === 403) return exitCodes.refused;
  if (error.blame === 'guest') return exitCodes.failed;
  return error.blame === 'host' || error.retryable ? exitCodes.environment : exitCodes.usage;
}
