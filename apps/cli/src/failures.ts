import { isWaybillError } from '@waybill/protocol';
import { UsageError } from './exit-codes.ts';

/** Says in one line what went wrong and what to do about it; `undefined` for what nobody foresaw. */
export function wordsOf(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!isWaybillError(error)) return undefined;
  const { code, message } = error;
  switch (code) {
    case 'ERR_WAYBILL_SERVICE_UNREACHABLE':
      return `${message} (is it running there? "waybill serve" starts one; --url or WAYBILL_URL names another)`;
    case 'ERR_WAYBILL_UNAUTHENTICATED':
      return `${message} (set WAYBILL_TOKEN, or give --token-file) [${code}]`;
    case 'ERR_WAYBILL_DATABASE_LOCKED':
      return `${message} (while the service runs, ask it: leave --direct and --data out) [${code}]`;
    default:
      return `${message} [${code}]`;
  }
}
