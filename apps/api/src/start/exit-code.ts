import { type ErrorCode, isWaybillError } from '@waybill/protocol';

/**
 * What a process of the service ends with: 0 when it ended because it was told to; 1 for what nobody foresaw; 2 for a wrong
 * configuration or a wrong flag; 3 where something around it is not as it must be: the port is taken, a folder cannot be written, the
 * database is away or locked, a module of host functions cannot be loaded; 130 and 143 after a second Ctrl-C or SIGTERM.
 */
export const exitCodes = { unforeseen: 1, usage: 2, environment: 3 } as const;

const ofUsage: ReadonlySet<ErrorCode> = new Set([
  'ERR_WAYBILL_INVALID_CONFIG',
  'ERR_WAYBILL_INVALID_OPTIONS',
  'ERR_WAYBILL_DUPLICATE_NAME',
]);
const ofEnvironment: ReadonlySet<ErrorCode> = new Set([
  'ERR_WAYBILL_DATABASE_LOCKED',
  'ERR_WAYBILL_DATABASE_TOO_NEW',
  'ERR_WAYBILL_DATABASE_UNAVAILABLE',
  'ERR_WAYBILL_ENGINE_MISSING',
  'ERR_WAYBILL_HOST_MODULE_FAILED',
  'ERR_WAYBILL_NOT_LISTENING',
  'ERR_WAYBILL_PROCESS_NOT_STARTED',
]);

/** Gives the exit code for an error at the start. */
export function exitCodeOf(error: unknown): number {
  if (!isWaybillError(error)) return exitCodes.unforeseen;
  if (ofUsage.has(error.code)) return exitCodes.usage;
  return ofEnvironment.has(error.code) ? exitCodes.environment : exitCodes.unforeseen;
}
