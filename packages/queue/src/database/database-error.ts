import { isWaybillError, makeError } from '@waybill/protocol';
import { DatabaseError } from 'pg';

// Connection exceptions, shutdown and crash of the server, not yet started, too many connections.
const awayStates = /^(?:08...|57P0[1-5]|53300)$/;

const localErrors = [TypeError, RangeError, SyntaxError];

/** Whether an error means that the connection it came from is of no more use. */
function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return awayStates.test(error.code ?? '');
  // Values that the driver cannot write down or read; all else that is not the server's comes from the connection.
  return error instanceof Error && !localErrors.some((kind) => error instanceof kind);
}

/**
 * Gives what a statement rejects with: what the database refused stays as it is, a lost connection becomes
 * `ERR_WAYBILL_DATABASE_UNAVAILABLE`.
 */
export function toDatabaseError(error: unknown): unknown {
  if (isWaybillError(error) || !isConnectionLost(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The database does not answer: ${reason || 'no reason is known'}.`;
  return makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message, { cause: error });
}
