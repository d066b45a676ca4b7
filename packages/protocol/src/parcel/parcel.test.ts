import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Parcel,
  type ParcelError,
  isParcelError,
  parcelByteLength,
  readParcel,
  writeParcel,
} from './index.ts';

const limits = { maxChars: 10_000_000, maxDepth: 100 };

/** Values that parcels carry; own keys named `__proto__` are refused and have a test of their own. */
const carriable = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: false,
  withSparseArray: false,
  key: fc.string().filter((key) => key !== '__proto__'),
});

const faultOf = (run: () => unknown): ParcelError['parcelFault'] => {
  try {
    run();
  } catch (error) {
    if (isParcelError(error)) return error.parcelFault;
    throw error;
  }
  throw new Error('no fault');
};

test('what is read is what was written', () => {
  fc.assert(
    fc.property(carriable, (value) => {
      expect(readParcel(writeParcel(value, limits))).toStrictEqual(value);
    }),
  );
});

test('plain JSON data is written as JSON and nothing else', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      const value: unknown = JSON.parse(json);
      fc.pre(!json.includes('__proto__') && !/-0\b/.test(json));
      expect(writeParcel(value, limits)).toEqual({ text: JSON.stringify(value), bytes: '' });
    }),
  );
});

test('bytes cross without their neighbours in the buffer', () => {
  const buffer = Uint8Array.from({ length: 16 }, (_, index) => index).buffer;
  const value = {
    view: new Uint16Array(buffer, 4, 2),
    buffer: buffer.slice(0, 3),
    node: Buffer.from('äö'),
    float: Float64Array.of(Number.NaN, -0, Number.POSITIVE_INFINITY),
    big: BigInt64Array.of(-1n, 2n ** 62n),
    none: new Int8Array(0),
  };
  const copy = readParcel(writeParcel(value, limits)) as typeof value;
  expect(copy).toStrictEqual({ ...value, node: new Uint8Array(value.node) });
  expect(copy.view.buffer.byteLength).toBe(4);
});

test('numbers, dates and bigints keep what JSON loses', () => {
  const values = [
    Number.NaN,
    -0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    new Date(Number.NaN),
    new Date(8.64e15),
    0n,
    -255n,
    2n ** 4_000n,
    undefined,
  ];
  expect(readParcel(writeParcel(values, limits))).toStrictEqual(values);
});

test('an error crosses with its name and message and no stack of its own', () => {
  const error = readParcel(writeParcel({ error: new RangeError('too far') }, limits));
  const { error: copy } = error as { error: Error };
  expect(copy).toBeInstanceOf(Error);
  expect(copy).toMatchObject({
    name: 'RangeError',
    message: 'too far',
    stack: 'RangeError: too far',
  });
  expect(Object.keys(copy)).toEqual([]);
});

test('what cannot cross is refused with its path and what was found', () => {
  const cases: [unknown, object][] = [
    [{ a: [1, () => 1] }, { reason: 'not-carriable', path: '$.a[1]', found: 'a function' }],
    [{ a: Symbol('s') }, { reason: 'not-carriable', path: '$.a', found: 'a symbol' }],
    [
      [Promise.resolve()],
      { reason: 'not-carriable', path: '$[0]', found: expect.stringContaining('await') },
    ],
    [new Map([[1, new WeakMap()]]), { reason: 'not-carriable', path: '$.(entry)' }],
    [{ re: /a/ }, { reason: 'not-carriable', path: '$.re', found: 'a [object RegExp]' }],
    [new Float16Array(1), { reason: 'not-carriable', found: 'a Float16Array' }],
    [JSON.parse('{"__proto__":1}'), { reason: 'not-carriable', path: '$' }],
    ['x'.repeat(10_000_001), { reason: 'too-large', path: '$' }],
  ];
  for (const [value, fault] of cases) {
    expect(faultOf(() => writeParcel(value, limits))).toMatchObject(fault);
  }
});

test('cycles and deep values end at the depth limit', () => {
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  expect(faultOf(() => writeParcel(cycle, limits))).toMatchObject({ reason: 'too-deep' });
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const three = { maxChars: 100, maxDepth: 3 };
  expect(readParcel(writeParcel(nested(3), three))).toEqual(nested(3));
  expect(faultOf(() => writeParcel(nested(4), three))).toMatchObject({ reason: 'too-deep' });
});

test('the character limit is exact, for plain and for tagged values', () => {
  fc.assert(
    fc.property(carriable, (value) => {
      const { text, bytes } = writeParcel(value, limits);
      const length = text.length + bytes.length;
      expect(writeParcel(value, { ...limits, maxChars: length })).toEqual({ text, bytes });
      const less = { ...limits, maxChars: length - 1 };
      expect(faultOf(() => writeParcel(value, less))).toMatchObject({ reason: 'too-large' });
    }),
  );
});

test('shared parts that would unfold without end are refused while walking', () => {
  let bomb: unknown = [1];
  for (let level = 0; level < 64; level += 1)
    bomb = level % 2 === 0 ? [bomb, bomb] : { a: bomb, b: bomb };
  const small = { maxChars: 100_000, maxDepth: 100 };
  expect(faultOf(() => writeParcel(bomb, small))).toMatchObject({ reason: 'too-large' });
  expect(faultOf(() => writeParcel([undefined, bomb], small))).toMatchObject({
    reason: 'too-large',
  });
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  expect(faultOf(() => writeParcel(sparse, small))).toMatchObject({ reason: 'too-large' });
});

test('functions travel as numbers, both ways', () => {
  const fn = (): number => 1;
  const kept: unknown[] = [];
  const parcel = writeParcel([fn, { fn }], limits, { keepFunction: (each) => kept.push(each) });
  expect(kept).toEqual([fn, fn]);
  const made = readParcel(parcel, { makeFunction: (id) => () => id }) as [() => number];
  expect(made[0]()).toBe(1);
  expect(faultOf(() => readParcel(parcel))).toMatchObject({ reason: 'malformed' });
});

test('a getter that writes another parcel does not disturb the one it is in', () => {
  const value = {
    before: new Uint8Array([1]),
    get nested(): string {
      return writeParcel([new Uint8Array([9, 9]), undefined], limits).bytes;
    },
    after: new Uint8Array([2]),
  };
  const copy = readParcel(writeParcel(value, limits)) as typeof value;
  expect(copy).toEqual({ before: new Uint8Array([1]), nested: '\t\t', after: new Uint8Array([2]) });
});

test('text that no writer made is refused or read as plain data, and never reaches a prototype', () => {
  const tags = ['u', 'n', 'b', 'd', 'x', 'a', 'o', 'm', 's', 'e', 'f', '?'];
  const keys = ['__proto__', 'constructor', 'toString', 'Uint8Array', 'ArrayBuffer', '1', '-'];
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...keys),
      fc.jsonValue(),
      fc.integer(),
      fc
        .tuple(fc.constantFrom(...tags), fc.array(tie('node')))
        .map(([tag, rest]) => [tag, ...rest]),
    ),
  }));
  fc.assert(
    fc.property(node, fc.string({ maxLength: 8 }), (tree, bytes) => {
      const parcel: Parcel = { text: `#${JSON.stringify(tree)}`, bytes };
      try {
        readParcel(parcel);
      } catch (error) {
        expect(isParcelError(error)).toBe(true);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
  );
});

test.each([
  '{"a":{"__proto__":{"x":1}}}',
  '{"a":{"\\u005f_proto__":1}}',
  '#["o",{"__proto__":1}]',
  '#["o",[1]]',
  '#["x","Uint8Array",0,9]',
  '#["x","Float64Array",0,1]',
  '#["x","__proto__",0,0]',
  '#["b","zz"]',
  '#["o","a"]',
  '#[]',
  '#{}',
  'not json',
])('the parcel %s is malformed', (text) => {
  expect(faultOf(() => readParcel({ text, bytes: '1' }))).toMatchObject({ reason: 'malformed' });
});

test('a parcel that nests without end is malformed and no stack overflow', () => {
  const text = `#${'["a",'.repeat(100_000)}1${']'.repeat(100_000)}`;
  expect(faultOf(() => readParcel({ text, bytes: '' }))).toMatchObject({ reason: 'malformed' });
});

test('the length of a parcel counts text in UTF-8 and bytes one for one', () => {
  expect(parcelByteLength(writeParcel('äö', limits))).toBe(6);
  const parcel = writeParcel(new Uint8Array([200, 201]), limits);
  expect(parcelByteLength(parcel)).toBe(Buffer.byteLength(parcel.text) + 2);
});

test('plain text is read down to 1000 levels and refused below, whatever its texts hold', () => {
  const nested = (depth: number): Parcel => ({
    text: `${'{"[":['.repeat(depth / 2)}"\\"]]{{${'['.repeat(2_000)}\\\\"${']}'.repeat(depth / 2)}`,
    bytes: '',
  });
  expect(() => readParcel(nested(1_000))).not.toThrow();
  expect(faultOf(() => readParcel(nested(1_002)))).toMatchObject({
    reason: 'malformed',
    found: 'malformed parcel: more than 1000 levels',
  });
  expect(faultOf(() => readParcel({ text: '"open', bytes: '' })).reason).toBe('malformed');
});
