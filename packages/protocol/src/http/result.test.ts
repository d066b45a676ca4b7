import { expect, test } from 'vitest';
import { makeError } from '../errors.ts';
import { fromResultResource, toErrorResource, toResultResource } from './result.ts';

test('a value and an error come out of an answer as they went in', () => {
  const over = (result: Parameters<typeof toResultResource>[0]) =>
    fromResultResource(JSON.parse(JSON.stringify(toResultResource(result))) as never);
  expect(over({ ok: true, value: { at: new Date(7) } })).toStrictEqual({
    ok: true,
    value: { at: new Date(7) },
  });
  expect(over({ ok: true, value: undefined })).toStrictEqual({ ok: true, value: undefined });
  const details = { limit: 'wallMs' };
  const error = makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', 'late', {
    details,
    stackOf: { guest: 'at guest.js:1:1' },
  });
  const result = over({ ok: false, error });
  expect(result).toMatchObject({
    ok: false,
    error: { code: error.code, message: 'late', details },
  });
  expect(result.ok || result.error.stackOf).toStrictEqual({ guest: 'at guest.js:1:1' });
});

test('an error in an answer shows no stack of the host and no cause', () => {
  const error = makeError('ERR_WAYBILL_HOST_FUNCTION_THREW', 'failed', {
    cause: new Error('password=hunter2'),
    stackOf: { host: '/srv/app/secret.js', submitter: '/srv/app/main.js' },
  });
  const text = JSON.stringify(toErrorResource(error));
  expect(text).not.toContain('/srv/app');
  expect(text).not.toContain('hunter2');
});

test('a message of any length is cut to what the schema allows', () => {
  const { message } = toErrorResource(makeError('ERR_WAYBILL_GUEST_THREW', 'x'.repeat(20_000)));
  expect(message.length).toBeLessThan(8_240);
});
