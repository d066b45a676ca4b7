import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';
import type { CarryPolicy } from './carry-policy.ts';
import { fitOnWire, fitsIn, MAX_WIRE_BYTES, MAX_WIRE_ENTRIES, parseWire } from './wire.ts';
import type { Border } from './wire.ts';

function carried<T>(name: string, carry: Partial<CarryPolicy<T>> = {}): ContextVariable<T> {
  return new ContextVariable<T>({ name, carry: { to: ['worker'], ...carry } });
}

function toWireWith<T>(variable: ContextVariable<T>, value: T, border: Border = 'worker') {
  return variable.run(value, () => ContextSnapshot.capture().toWire(border));
}

test('a context that carries nothing shares one frozen wire and becomes the root', () => {
  const wire = ContextSnapshot.root.toWire('worker');
  expect(wire).toEqual({ v: 1, entries: [] });
  expect(Object.isFrozen(wire) && Object.isFrozen(wire.entries)).toBe(true);
  expect(ContextSnapshot.capture().toWire('queue')).toBe(wire);
  expect(ContextSnapshot.fromWire(structuredClone(wire))).toBe(ContextSnapshot.root);
});

test('a variable crosses exactly the borders that its policy names', () => {
  using variable = carried<string>('w.borders', { to: ['worker', 'guest'] });
  expect(toWireWith(variable, 'v', 'worker').entries).toEqual([['w.borders', '"v"']]);
  expect(toWireWith(variable, 'v', 'guest').entries).toEqual([['w.borders', '"v"']]);
  expect(toWireWith(variable, 'v', 'queue').entries).toEqual([]);
});

test('a secret is on no wire', () => {
  using secret = carried<string>('w.secret', { to: [], secret: true });
  for (const border of ['worker', 'queue', 'guest'] as const) {
    expect(JSON.stringify(toWireWith(secret, 'hunter2', border))).not.toContain('hunter2');
  }
});

test('any JSON value round-trips through a structured clone and through JSON', () => {
  using variable = carried<unknown>('w.any', { maxBytes: MAX_WIRE_BYTES - 10 });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      const exact: unknown = JSON.parse(JSON.stringify(value));
      const wire = toWireWith(variable, exact);
      for (const copy of [structuredClone(wire), JSON.parse(JSON.stringify(wire))]) {
        expect(ContextSnapshot.fromWire(copy).run(() => variable.get())).toEqual(exact);
      }
    }),
  );
});

test('a codec carries what JSON cannot', () => {
  using at = carried<Date>('w.date', {
    codec: { encode: (date) => date.getTime(), decode: (json) => new Date(Number(json)) },
  });
  const wire = toWireWith(at, new Date(86_400_000));
  expect(wire.entries).toEqual([['w.date', '86400000']]);
  expect(ContextSnapshot.fromWire(wire).run(() => at.get())).toEqual(new Date(86_400_000));
});

test('undefined is left out without a default and refused with one', () => {
  using plain = carried<string | undefined>('w.undefined');
  expect(toWireWith(plain, undefined).entries).toEqual([]);
  using withDefault = new ContextVariable<string | undefined>({
    name: 'w.default',
    defaultValue: 'public',
    carry: { to: ['worker'] },
  });
  expect(() => toWireWith(withDefault, undefined)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE', variable: 'w.default' }),
  );
});

test('a value without an exact JSON form fails with its variable and path, never its value', () => {
  using variable = carried<unknown>('w.flawed');
  expect(() => toWireWith(variable, { user: { born: new Date(0), pin: 'hunter2' } })).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE',
      variable: 'w.flawed',
      message:
        'The value of variable w.flawed has an instance of a class at $.user.born; only exact JSON crosses a border.',
    }),
  );
});

test('a codec that throws fails the wire and keeps its error as the cause', () => {
  const cause = new Error('codec');
  using variable = carried<string>('w.codec', {
    codec: {
      encode: () => {
        throw cause;
      },
      decode: String,
    },
  });
  expect(() => toWireWith(variable, 'x')).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE',
      variable: 'w.codec',
      cause,
    }),
  );
});

test('maxBytes counts UTF-8 bytes and holds exactly on both sides', () => {
  using variable = carried<string>('w.bytes', { maxBytes: 8 });
  const fitting = toWireWith(variable, 'äöü');
  expect(ContextSnapshot.fromWire(fitting).run(() => variable.get())).toBe('äöü');
  expect(() => toWireWith(variable, 'äöüx')).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_TOO_LARGE', variable: 'w.bytes' }),
  );
  expect(() => ContextSnapshot.fromWire({ v: 1, entries: [['w.bytes', '"äöüx"']] })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE', variable: 'w.bytes' }),
  );
});

// Any code units, halves of pairs too: what is no text has to be counted as the encoder counts it.
const anyText = (maxLength: number) =>
  fc
    .array(
      fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x41, 0xe4, 0xd83d, 0xde00)),
      {
        maxLength,
      },
    )
    .map((units) => String.fromCharCode(...units));

test('whether a text fits is what counting its bytes says, at every limit', () => {
  fc.assert(
    fc.property(anyText(40), fc.integer({ min: -3, max: 3 }), (text, by) => {
      const bytes = Buffer.byteLength(text);
      for (const limit of [bytes + by, text.length, 3 * text.length]) {
        expect(fitsIn(text, limit)).toBe(bytes <= limit);
      }
    }),
  );
});

test('whether entries fit together is what counting their bytes says', () => {
  const filler = fc.constantFrom('a', 'ä', '€', '😀', '\ud83d');
  fc.assert(
    fc.property(filler, fc.integer({ min: -4, max: 4 }), anyText(20), (one, by, text) => {
      const left = MAX_WIRE_BYTES - Buffer.byteLength(`n${text}m`) + by;
      const other = one.repeat(Math.floor(left / Buffer.byteLength(one)));
      const bytes = Buffer.byteLength(text) + Buffer.byteLength(other) + 2;
      const entries = [
        ['n', text],
        ['m', other],
      ] as const;
      expect(fitOnWire(entries)).toBe(bytes <= MAX_WIRE_BYTES);
    }),
  );
});

test('the whole wire has a limit, and the error names the largest variable', () => {
  using small = carried<string>('w.1', { maxBytes: MAX_WIRE_BYTES });
  using large = carried<string>('w.2', { maxBytes: MAX_WIRE_BYTES });
  const bothOf = (bytes: number) =>
    small.run('x', () => toWireWith(large, 'y'.repeat(bytes - '"x"w.1w.2""'.length)));
  expect(bothOf(MAX_WIRE_BYTES).entries).toHaveLength(2);
  expect(() => bothOf(MAX_WIRE_BYTES + 1)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_TOO_LARGE', variable: 'w.2' }),
  );
});

const fullEntries = Array.from({ length: MAX_WIRE_ENTRIES }, (_, i) => [`n${i}`, '1']);

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a string', '{"v":1,"entries":[]}'],
  ['another version', { v: 2, entries: [] }],
  ['no entries', { v: 1 }],
  ['entries that are an object', { v: 1, entries: { a: '1' } }],
  ['an entry of one', { v: 1, entries: [['a']] }],
  ['an entry of three', { v: 1, entries: [['a', '1', '2']] }],
  ['an entry that is a string', { v: 1, entries: ['ab'] }],
  ['a hole', { v: 1, entries: Object.assign([], { 1: ['a', '1'] }) }],
  ['a name that is a number', { v: 1, entries: [[1, '1']] }],
  ['a text that is an object', { v: 1, entries: [['a', {}]] }],
  ['an empty name', { v: 1, entries: [['', '1']] }],
  ['a name with a control character', { v: 1, entries: [['a\u0000', '1']] }],
  [
    'a name twice',
    {
      v: 1,
      entries: [
        ['a', '1'],
        ['a', '2'],
      ],
    },
  ],
  ['one entry too many', { v: 1, entries: [...fullEntries, ['one-more', '1']] }],
  ['one byte too many', { v: 1, entries: [['a', 'x'.repeat(MAX_WIRE_BYTES)]] }],
])('a wire with %s is refused', (_what, wire) => {
  expect(() => ContextSnapshot.fromWire(wire)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE', blame: 'host' }),
  );
});

test('a wire at every limit is accepted', () => {
  expect(parseWire({ v: 1, entries: fullEntries })).toHaveLength(MAX_WIRE_ENTRIES);
  expect(parseWire({ v: 1, entries: [['a', 'x'.repeat(MAX_WIRE_BYTES - 1)]] })).toHaveLength(1);
});

test.each([
  ['is not JSON', 'hunter2'],
  ['holds a __proto__ key', '{"__proto__":{"x":"hunter2"}}'],
  ['is nested too deep', `${'['.repeat(2000)}"hunter2"${']'.repeat(2000)}`],
  ['is refused by the codec', '"hunter2"'],
])('a text that %s fails with the name of the variable and none of its value', (_what, text) => {
  using variable = carried<number>('w.decode', {
    codec: {
      encode: Number,
      decode: (json) => {
        throw new TypeError(`not a number: ${JSON.stringify(json)}`);
      },
    },
  });
  const error = catchError(() =>
    ContextSnapshot.fromWire({ v: 1, entries: [[variable.name, text]] }),
  );
  expect(error).toMatchObject({ code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE', variable: 'w.decode' });
  expect(error.cause).toBeUndefined();
  expect(`${error.message} ${error.stack}`).not.toContain('hunter2');
});

test('a name that this thread does not know is passed on, over the same border only', () => {
  const wire = {
    v: 1,
    entries: [
      ['__proto__', '"unknown"'],
      ['w.later', '"unknown too"'],
    ],
  };
  const snapshot = ContextSnapshot.fromWire(wire);
  expect(snapshot.toWire('worker')).toEqual(wire);
  expect(snapshot.toWire('guest').entries).toEqual([]);
  expect(snapshot.toWire('queue').entries).toEqual([]);
  expect(ContextSnapshot.fromWire(wire, 'queue').toWire('queue')).toEqual(wire);
});

test('a variable that is declared after the wire came in speaks for itself', () => {
  const snapshot = ContextSnapshot.fromWire({ v: 1, entries: [['w.late', '"old"']] });
  using late = carried<string>('w.late');
  const wire = snapshot.run(() => toWireWith(late, 'new'));
  expect(wire.entries).toEqual([['w.late', '"new"']]);
});

test('whatever comes in, fromWire gives a snapshot or a typed error', () => {
  const entry = fc.oneof(fc.tuple(fc.string(), fc.string()), fc.anything());
  const shaped = fc.record({
    v: fc.oneof(fc.constant(1), fc.anything()),
    entries: fc.array(entry),
  });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), shaped), (input) => {
      try {
        expect(ContextSnapshot.fromWire(input)).toBeInstanceOf(ContextSnapshot);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE' });
      }
    }),
  );
});

function catchError(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error');
}
