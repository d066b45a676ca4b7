import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorCodes, type ErrorCode } from './error-codes.ts';
import { errorFromWire } from './error-from-wire.ts';
import { errorToWire } from './error-to-wire.ts';
import { errorWireLimits } from './error-wire.ts';
import { isWaybillError, makeError } from './errors.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

function cross(thrown: unknown): Error {
  return errorFromWire(structuredClone(errorToWire(thrown)));
}

function countErrors(wire: { cause?: unknown; errors?: unknown }): number {
  const inner = [wire.cause, ...(Array.isArray(wire.errors) ? wire.errors : [])];
  return 1 + inner.reduce<number>((sum, each) => sum + (each ? countErrors(each) : 0), 0);
}

describe('round trip', () => {
  test('an error of ours comes back with its branch, code, message, details, stacks and stack', () => {
    const ours = fc.record({
      code: fc.constantFrom(...codes),
      message: fc.string({ unit: 'grapheme', maxLength: 200 }),
      details: fc.dictionary(
        fc.string({ maxLength: 20 }),
        fc.oneof(fc.string(), fc.integer(), fc.boolean()),
      ),
      stackOf: fc.record({ guest: fc.string(), host: fc.string() }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(ours, ({ code, message, details, stackOf }) => {
        const sent = makeError(code, message, { details, stackOf });
        const received = cross(sent);
        expect(received.constructor).toBe(sent.constructor);
        expect(received).toMatchObject({ code, message, stack: sent.stack });
        expect(Reflect.get(received, 'details')).toEqual({ ...details });
        expect(Reflect.get(received, 'stackOf')).toEqual(stackOf);
      }),
    );
  });

  test('an error of somebody else keeps its name, code, message, stack and causes', () => {
    const cause = Object.assign(new Error('no route'), { code: 'ENOTFOUND' });
    const sent = Object.assign(new TypeError('failed', { cause }), { code: 'E_FETCH' });
    const received = cross(sent);
    expect(isWaybillError(received)).toBe(false);
    expect(received).toMatchObject({ name: 'TypeError', code: 'E_FETCH', stack: sent.stack });
    expect(received.cause).toMatchObject({ message: 'no route', code: 'ENOTFOUND' });
  });

  test('the errors of an AggregateError come back in their order', () => {
    const received = cross(new AggregateError([new RangeError('a'), 'b'], 'both'));
    expect(received).toBeInstanceOf(AggregateError);
    expect(Reflect.get(received, 'errors')).toMatchObject([
      { name: 'RangeError', message: 'a' },
      { message: 'the value b was thrown' },
    ]);
  });

  test('a thrown primitive comes back as an Error that says what was thrown', () => {
    expect(cross(7)).toMatchObject({ message: 'the value 7 was thrown' });
    expect(cross(undefined)).toMatchObject({ message: 'the value undefined was thrown' });
    expect(cross({ a: 1 })).toMatchObject({ message: 'an object that is no error was thrown' });
    expect(cross(null)).toMatchObject({ message: 'the value null was thrown' });
  });
});

describe('limits', () => {
  test('a chain of causes that leads back to itself ends at the limit', () => {
    const error = new Error('cyclic');
    error.cause = error;
    expect(countErrors(errorToWire(error))).toBe(errorWireLimits.causeCount + 1);
  });

  test('aggregated errors that hold each other cross as a bounded number', () => {
    const error = new AggregateError([], 'cyclic');
    error.errors = Array.from({ length: 1_000 }, () => error);
    expect(countErrors(errorToWire(error))).toBeLessThanOrEqual(errorWireLimits.totalErrorsCount);
  });

  test('long texts are cut and marked, in both directions', () => {
    const long = 'x'.repeat(1_000_000);
    const wire = errorToWire(makeError('ERR_WAYBILL_INTERNAL', long, { details: { long } }));
    expect(wire.message).toMatch(/^x{8192}… \[991808 more characters\]$/);
    expect(JSON.stringify(wire).length).toBeLessThan(40_000);
    expect(
      errorFromWire({ kind: 'error', message: long, stack: long }).message.length,
    ).toBeLessThan(9_000);
  });

  test('details leave out what JSON cannot hold and run no getter', () => {
    const details = {
      kept: [1, 'a', null, { deep: true }],
      fn: () => 1,
      big: 1n,
      date: new Date(0),
      get trap(): never {
        throw new Error('a getter ran');
      },
    };
    // The constructor copies details and so would run the getter; a hostile error has no such
    // constructor.
    const error = Object.defineProperty(makeError('ERR_WAYBILL_INTERNAL', 'x'), 'details', {
      value: details,
    });
    expect(errorToWire(error).details).toEqual({ kept: [1, 'a', null, { deep: true }] });
  });
});

describe('hostile values', () => {
  const throwing = (): never => {
    throw new Error('trap');
  };
  const traps = {
    get: throwing,
    has: throwing,
    ownKeys: throwing,
    getPrototypeOf: throwing,
    getOwnPropertyDescriptor: throwing,
  };
  const revoked = Proxy.revocable(new Error('x'), {});
  revoked.revoke();
  const hostile: readonly unknown[] = [
    new Proxy(new Error('x'), traps),
    new Proxy([], traps),
    revoked.proxy,
    Object.create(null),
    { message: 'x', errors: revoked.proxy, cause: revoked.proxy, stack: Symbol('x') },
    {
      [Symbol.for('waybill.error')]: true,
      code: 'ERR_WAYBILL_CLOSED',
      details: revoked.proxy,
      stackOf: 1,
    },
    Object.defineProperty(new Error('x'), 'message', { get: throwing }),
    Object.assign(new Error('x'), { name: { toString: throwing }, code: { valueOf: throwing } }),
    { message: 'x', errors: { length: Number.POSITIVE_INFINITY } },
    Symbol('x'),
    () => 1,
  ];

  test.each(hostile.map((value, index) => [index, value] as const))(
    'hostile value %i is written, cloned and read without a throw',
    (_, value) => {
      expect(cross(value)).toBeInstanceOf(Error);
      expect(errorFromWire(value)).toBeInstanceOf(Error);
    },
  );

  test('errorToWire and errorFromWire throw for no value at all', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
        (value) => {
          expect(cross(value)).toBeInstanceOf(Error);
          expect(errorFromWire(value)).toBeInstanceOf(Error);
          expect(
            cross(Object.assign(new Error('x'), { cause: value, errors: value, code: value })),
          ).toBeInstanceOf(Error);
        },
      ),
    );
  });

  test('a wire built by a stranger throws for no shape and gives no unknown code', () => {
    const field = fc.anything();
    const wire = fc.record(
      {
        kind: fc.constantFrom('waybill', 'error', 'thrown', 'x'),
        name: field,
        message: field,
        code: field,
        stack: field,
        stackOf: field,
        details: field,
        cause: field,
        errors: field,
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(wire, (value) => {
        const error = errorFromWire(value);
        if (isWaybillError(error)) expect(codes).toContain(error.code);
      }),
    );
  });

  test('an unknown code comes back as ERR_WAYBILL_INTERNAL with the original in the details', () => {
    const error = errorFromWire({
      kind: 'waybill',
      message: 'x',
      code: 'ERR_WAYBILL_FROM_THE_FUTURE',
    });
    expect(error).toMatchObject({
      code: 'ERR_WAYBILL_INTERNAL',
      details: { originalCode: 'ERR_WAYBILL_FROM_THE_FUTURE' },
    });
  });

  test('a foreign error cannot pass for one of ours by its name and code', () => {
    const error = errorFromWire({
      kind: 'error',
      name: 'HostError',
      message: 'x',
      code: 'ERR_WAYBILL_CLOSED',
    });
    expect(isWaybillError(error)).toBe(false);
  });

  test('a __proto__ key changes no prototype', () => {
    const wire: unknown = JSON.parse(
      '{"kind":"waybill","code":"ERR_WAYBILL_CLOSED","message":"x","details":{"__proto__":{"polluted":1}},"stackOf":{"__proto__":{"guest":"x"}}}',
    );
    const error = errorFromWire(wire);
    expect(Object.getPrototypeOf(Reflect.get(error, 'details'))).toBe(Object.prototype);
    expect(Reflect.get(Reflect.get(error, 'details') as object, 'polluted')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
