import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestIsolate } from './guest.fixture.ts';

const carriable = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  key: fc.string().filter((key) => key !== '__proto__'),
});

test('what goes into a guest, through a host call and back, is what comes out', async () => {
  await using guest = new TestIsolate({ host: { echo: (value: unknown) => value } });
  const realm = await guest.warm(
    'export default async (input, { host }) => [input, await host.echo(input)]',
  );
  await fc.assert(
    fc.asyncProperty(carriable, async (input) => {
      const { value, error } = await guest.ended(guest.start(realm, undefined, { input }));
      expect(error).toBe(undefined);
      expect(value).toStrictEqual([input, input]);
    }),
    { numRuns: 150 },
  );
});

test('bytes of every length come back as they went, around the sizes at which they cross in parts too', async () => {
  await using guest = new TestIsolate();
  const realm = await guest.warm('export default (input) => input');
  const bytes = Uint8Array.from({ length: 3 * 1_024 + 7 }, (_, index) => index * 7);
  const lengths = [0, 1, 1_023, 1_024, 1_025, 2_048, bytes.length];
  for (const input of lengths.map((length) => bytes.subarray(bytes.length - length))) {
    const { value } = await guest.ended(guest.start(realm, undefined, { input }));
    expect(value).toStrictEqual(Uint8Array.from(input));
  }
});

test('a guest sees the classes of what it is given', async () => {
  await using guest = new TestIsolate();
  const input = [
    new Date(5),
    new Map([[1, new Set([2n])]]),
    new Float32Array([1.5]),
    new Uint8Array([1]).buffer,
    new RangeError('far'),
    { plain: -0 },
  ];
  const value = await guest.value(
    `export default ([date, map, floats, buffer, error, object]) => [
      date instanceof Date, map.get(1).has(2n), floats instanceof Float32Array && floats[0],
      buffer instanceof ArrayBuffer, error instanceof Error && error.name, Object.is(object.plain, -0),
    ]`,
    { input },
  );
  expect(value).toEqual([true, true, 1.5, true, 'RangeError', true]);
});

test('a guest instance crosses as its own enumerable fields, getters read once called for', async () => {
  await using guest = new TestIsolate();
  const value = await guest.value(`
    class Point { x = 1; #hidden = 2; get y() { return 3; } }
    export default () => ({ point: new Point(), get now() { return 'read'; }, bare: Object.create(null, { a: { value: 1 } }) })`);
  expect(value).toEqual({ point: { x: 1 }, now: 'read', bare: {} });
});
