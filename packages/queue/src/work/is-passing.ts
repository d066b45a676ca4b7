import { isWaybillError } from '@waybill/protocol';
import { isTooLarge } from '../database/is-too-large.ts';

// Serialisation failures and deadlocks, insufficient resources, intervention by an operator, errors of the system.
const passingStates = /^(?:40|53|57|58)/;

/** Whether the same statement may go through a little later, because the error is about the database and not about what was said. */
export function isPassing(error: unknown): boolean {
  if (isWaybillError(error)) return error.code === 'ERR_WAYBILL_DATABASE_UNAVAILABLE';
  if (isTooLarge(error)) return false;
  const state = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof state === 'string' && passingStates.test(state);
}
