import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { errorCodes, type ErrorCode } from './error-codes.ts';
import { CallerError, GuestError, HostError, isWaybillError, makeError } from './errors.ts';
import { unwrap, type Outcome } from './outcome.ts';
import { toWaybillError } from './to-waybill-error.ts';

const branches = { caller: CallerError, guest: GuestError, host: HostError };

test('every code makes an error of the branch, retryability and status that the table names', () => {
  for (const [code, entry] of Object.entries(errorCodes)) {
    const error = makeError(code as ErrorCode, 'expected one thing, got another');
    expect(error).toBeInstanceOf(branches[entry.blame]);
    expect(error).toMatchObject({ code, blame: entry.blame, httpStatus: entry.httpStatus });
    expect(error.retryable).toBe(entry.retryable);
    expect(error.name).toBe(branches[entry.blame].name);
  }
});

test('an error shows its code in toString and inspect, and starts its stack at the caller of makeError', () => {
  const error = makeError('ERR_WAYBILL_GUEST_THREW', 'boom');
  expect(String(error)).toBe('GuestError [ERR_WAYBILL_GUEST_THREW]: boom');
  expect(inspect(error)).toContain("code: 'ERR_WAYBILL_GUEST_THREW'");
  const [header, firstFrame] = (error.stack ?? '').split('\n');
  expect(header).toBe('GuestError: boom');
  expect(firstFrame).toContain('errors.test.ts');
});

test('an error keeps its details, stacks and cause, and its details cannot be changed', () => {
  const cause = new TypeError('underneath');
  const error = makeError('ERR_WAYBILL_INTERNAL', 'x', {
    details: { limitBytes: 1 },
    stackOf: { guest: 'at guest:1' },
    cause,
  });
  expect(error.cause).toBe(cause);
  expect(error.stackOf).toEqual({ guest: 'at guest:1' });
  expect(() => Object.assign(error.details, { limitBytes: 2 })).toThrow(TypeError);
});

test('an error as JSON says all but stacks and causes, and details that JSON cannot hold do not fail it', () => {
  const error = makeError('ERR_WAYBILL_QUEUE_FULL', 'no room', {
    details: { maxJobs: 1, big: 1n },
    stackOf: { submitter: 'at /a/path.ts:1' },
    cause: new Error('underneath'),
  });
  expect(JSON.parse(JSON.stringify({ error }))).toEqual({
    error: {
      name: 'CallerError',
      code: 'ERR_WAYBILL_QUEUE_FULL',
      message: 'no room',
      blame: 'caller',
      retryable: true,
      details: { maxJobs: 1 },
    },
  });
});

test('an error without a cause has no cause property', () => {
  expect(Object.hasOwn(makeError('ERR_WAYBILL_CLOSED', 'x', { cause: undefined }), 'cause')).toBe(
    false,
  );
});

test('a code that the table does not hold makes ERR_WAYBILL_INTERNAL and is kept in the details', () => {
  const error = makeError('ERR_WAYBILL_FROM_THE_FUTURE' as ErrorCode, 'x', { details: { a: 1 } });
  expect(error.code).toBe('ERR_WAYBILL_INTERNAL');
  expect(error.details).toEqual({ a: 1, originalCode: 'ERR_WAYBILL_FROM_THE_FUTURE' });
});

test('isWaybillError knows errors made by another copy of the package', async () => {
  const copyUrl = new URL('./errors.ts?copy', import.meta.url).href;
  const copy: typeof import('./errors.ts') = await import(copyUrl);
  const foreign = copy.makeError('ERR_WAYBILL_CLOSED', 'x');
  expect(foreign).not.toBeInstanceOf(CallerError);
  expect(isWaybillError(foreign)).toBe(true);
});

test('isWaybillError refuses everything else and never throws', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [
    undefined,
    null,
    1,
    'x',
    {},
    new Error('x'),
    { code: 'ERR_WAYBILL_CLOSED' },
    proxy,
  ]) {
    expect(isWaybillError(value)).toBe(false);
  }
});

test('unwrap gives the value of a success and throws the very error of a failure', () => {
  const bill = {
    queueMs: 0,
    wallMs: 0,
    cpuMs: 0,
    heapBytes: 0,
    hostCalls: 0,
    hostWaitMs: 0,
    logBytes: 0,
  };
  const facts = { jobId: 'j1', tenant: 'acme', logs: [], bill };
  const error = makeError('ERR_WAYBILL_CANCELLED', 'x');
  const failed: Outcome<number> = { ok: false, error, ...facts };
  expect(unwrap<number>({ ok: true, value: 7, ...facts })).toBe(7);
  expect(() => unwrap(failed)).toThrow(error);
});

test('toWaybillError gives our errors back as they are', () => {
  const error = makeError('ERR_WAYBILL_CLOSED', 'x');
  expect(toWaybillError(error)).toBe(error);
});

test('toWaybillError keeps the code of a branded error of a sibling package, and the variable it names', () => {
  const sibling = Object.assign(new Error('too large'), {
    [Symbol.for('waybill.error')]: true,
    code: 'ERR_WAYBILL_CONTEXT_TOO_LARGE',
    variable: 'request',
  });
  const error = toWaybillError(sibling);
  expect(error).toBeInstanceOf(CallerError);
  expect(error).toMatchObject({
    code: 'ERR_WAYBILL_CONTEXT_TOO_LARGE',
    message: 'too large',
    details: { variable: 'request' },
  });
});

test('toWaybillError makes ERR_WAYBILL_INTERNAL of anything else, with what was thrown as its cause', () => {
  const thrown = new RangeError('surprise');
  const error = toWaybillError(thrown);
  expect(error.code).toBe('ERR_WAYBILL_INTERNAL');
  expect(error.cause).toBe(thrown);
});
