import { expect, test } from 'vitest';
import { ContextError } from './context-error.ts';
import { contextErrorCodes } from './error-codes.ts';
import type { ContextErrorCode } from './error-codes.ts';

test.each(Object.keys(contextErrorCodes) as ContextErrorCode[])(
  '%s takes blame, retryable and status from the table',
  (code) => {
    const error = new ContextError(code, 'message', { variable: 'tenant' });
    const { blame, retryable, httpStatus } = contextErrorCodes[code];
    expect(error).toMatchObject({ name: 'ContextError', code, blame, retryable, httpStatus });
    expect(error.variable).toBe('tenant');
    expect(error).toBeInstanceOf(Error);
  },
);

test('the error carries the brand of the Waybill packages and its cause', () => {
  const cause = new Error('underneath');
  const error = new ContextError('ERR_WAYBILL_CONTEXT_BAD_WIRE', 'message', { cause });
  expect(Reflect.get(error, Symbol.for('waybill.error'))).toBe(true);
  expect(error.cause).toBe(cause);
  expect('cause' in new ContextError('ERR_WAYBILL_CONTEXT_BAD_WIRE', 'message')).toBe(false);
});
