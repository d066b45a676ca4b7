import { CallerError, defaultRetryPolicy } from '@waybill/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDurableSpec } from './parse-durable-spec.ts';

const source = 'export default () => 1';

test('a spec that says nothing gets the defaults', () => {
  expect(parseDurableSpec({ source })).toMatchObject({
    job: { tenant: 'default', priority: 0 },
    version: undefined,
    startAfterMs: undefined,
    retry: defaultRetryPolicy,
    idempotencyKey: undefined,
    deadLetter: undefined,
    keepSeconds: 604_800,
  });
});

test('a retry policy replaces the default field by field', () => {
  const { retry } = parseDurableSpec({ source, retry: { limit: 0, backoff: undefined } });
  expect(retry).toEqual({ ...defaultRetryPolicy, limit: 0 });
});

test.each<[object, string]>([
  [{ id: 'mine' }, 'id: expected nothing, because the queue gives the id, got a value'],
  [{ version: 1 }, 'version: expected nothing beside source, got a value'],
  [{ startAfterMs: -1 }, 'startAfterMs: expected an integer from 0 to 253402300799999, got -1'],
  [{ startAfterMs: '1' }, 'startAfterMs: expected an integer from 0 to 253402300799999, got "1"'],
  [{ idempotencyKey: 'a b' }, 'idempotencyKey: expected 1 to 255 visible ASCII characters'],
  [{ idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey: expected 1 to 255 visible ASCII'],
  [{ deadLetter: '' }, 'deadLetter: expected 1 to 100 characters of A-Z a-z 0-9 . _ : -, got ""'],
  [{ keepSeconds: 59 }, 'keepSeconds: expected an integer from 60 to 31536000, got 59'],
  [{ retry: [] }, 'retry: expected an object, got an array'],
  [{ retry: null }, 'retry: expected an object, got null'],
  [{ retry: { limit: 101 } }, 'retry.limit: expected an integer from 0 to 100, got 101'],
  [{ retry: { limit: 1.5 } }, 'retry.limit: expected an integer from 0 to 100, got 1.5'],
  [{ retry: { of: 'all' } }, 'retry.of: expected "retryable" or "any", got "all"'],
  [{ retry: { backof: 'fixed' } }, 'retry.backof: expected a known key (did you mean "backoff"?)'],
  [{ limits: { inputBytes: 2_000 } }, 'limits.inputBytes: expected at most 1000, got 2000'],
  [{ sauce: 1 }, 'sauce: expected a known key'],
])(
  '%j is refused with ERR_WAYBILL_INVALID_JOB and a sentence that names the field',
  (fields, words) => {
    const parse = (): unknown => parseDurableSpec({ source, ...fields }, 1_000);
    expect(parse).toThrow(words);
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB' }));
  },
);

test('a limit of memory beside a function is refused, because all its jobs share a heap', () => {
  const spec = { function: 'greet', limits: { memoryBytes: 2 ** 26 } };
  expect(() => parseDurableSpec(spec)).toThrow('limits.memoryBytes: expected nothing');
});

test('a source that takes more than a job may is refused', () => {
  const code = 'ERR_WAYBILL_PAYLOAD_TOO_LARGE';
  expect(() => parseDurableSpec({ source }, 10)).toThrow(expect.objectContaining({ code }));
});

test('every fault is told at once', () => {
  const parse = (): unknown => parseDurableSpec({ source, keepSeconds: 1, retry: { limit: -1 } });
  expect(parse).toThrow('keepSeconds: expected an integer from 60 to 31536000, got 1 (and 1 more)');
});

test('no value at all makes it throw anything but a CallerError', () => {
  const any = fc.anything({ withNullPrototype: true, withMap: true });
  const names = ['retry', 'version', 'startAfterMs', 'keepSeconds', 'deadLetter', 'idempotencyKey'];
  const spec = fc.dictionary(fc.constantFrom('source', 'function', '__proto__', ...names), any);
  const throwing = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  );
  const odd = fc.constantFrom<unknown>(throwing, { source, retry: throwing }, null, undefined, []);
  fc.assert(
    fc.property(fc.oneof(any, spec, odd), (input) => {
      try {
        parseDurableSpec(input);
      } catch (error) {
        expect(error).toBeInstanceOf(CallerError);
      }
    }),
  );
});
