import { expect, test } from 'vitest';
import { type ErrorCode, makeError } from '@waybill/protocol';
import { exitCodeOf } from './exit-code.ts';

test.each<[ErrorCode, number]>([
  ['ERR_WAYBILL_INVALID_CONFIG', 2],
  ['ERR_WAYBILL_INVALID_OPTIONS', 2],
  ['ERR_WAYBILL_NOT_LISTENING', 3],
  ['ERR_WAYBILL_DATABASE_LOCKED', 3],
  ['ERR_WAYBILL_HOST_MODULE_FAILED', 3],
  ['ERR_WAYBILL_INTERNAL', 1],
])('%s at the start is exit code %i', (code, exitCode) => {
  expect(exitCodeOf(makeError(code, 'words'))).toBe(exitCode);
});

test('what nobody foresaw is exit code 1', () => {
  expect(exitCodeOf(new TypeError('x'))).toBe(1);
});
