import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBaggage, MAX_BAGGAGE_BYTES, parseBaggage } from './baggage.ts';
import type { Baggage } from './baggage.ts';

test('names, values and properties are read, whitespace around them is not part of them', () => {
  expect([...parseBaggage('user = Am%C3%A9lie ;prop=1; flag , tier=gold')]).toEqual([
    ['user', { value: 'Amélie', metadata: 'prop=1; flag' }],
    ['tier', { value: 'gold' }],
  ]);
});

test('an equals sign belongs to the value', () => {
  expect(parseBaggage('k=a=b').get('k')).toEqual({ value: 'a=b' });
});

test('bytes that are not UTF-8 become replacement characters, and a lone percent sign stays', () => {
  expect(parseBaggage('k=%C3%28').get('k')?.value).toBe('\u{FFFD}(');
  expect(parseBaggage('k=100%').get('k')?.value).toBe('100%');
});

test.each(['novalue', '=v', 'k y=v', 'k=a b', 'k="v"', 'k=a\\b', 'k=ä', 'k=v;"', 'kä=v'])(
  'the invalid member %j is dropped alone',
  (member) => {
    expect([...parseBaggage(`before=1,${member},after=2`).keys()]).toEqual(['before', 'after']);
  },
);

test('of two members with one name the last stays', () => {
  expect(parseBaggage('k=1,k=2').get('k')?.value).toBe('2');
});

test('a name like __proto__ is only a name', () => {
  const baggage = parseBaggage('__proto__=polluted,constructor=x');
  expect([...baggage.keys()]).toEqual(['__proto__', 'constructor']);
  expect(formatBaggage(baggage)).toBe('__proto__=polluted,constructor=x');
});

test('the number of members is limited exactly', () => {
  const members = (count: number): string =>
    Array.from({ length: count }, (_, index) => `k${index}=1`).join(',');
  expect(parseBaggage(members(64)).size).toBe(64);
  expect(parseBaggage(members(65)).size).toBe(0);
});

test('a header that is mostly whitespace is read in linear time', () => {
  const started = process.cpuUsage();
  for (let round = 0; round < 100; round += 1) parseBaggage(`k=v${' '.repeat(4000)}x`);
  // Microseconds of this process, so that a busy machine does not count.
  expect(process.cpuUsage(started).user).toBeLessThan(500_000);
});

test('the bytes of the header and of one member are limited exactly', () => {
  const half = `a=${'x'.repeat(4094)}`;
  const fitting = `${half},b=${'x'.repeat(4093)}`;
  expect(fitting).toHaveLength(MAX_BAGGAGE_BYTES);
  expect(parseBaggage(fitting).size).toBe(2);
  expect(parseBaggage(`${fitting}x`).size).toBe(0);
  expect([...parseBaggage(`${half}x,c=1`).keys()]).toEqual(['c']);
});

test('what is invalid or does not fit is not written, and a member is never cut', () => {
  const entries: [string, { value: string; metadata?: string }][] = [
    ['bad name', { value: '1' }],
    ['injected', { value: '1', metadata: 'p,evil=1' }],
    ['line', { value: '1', metadata: 'p\r\nset-cookie: x' }],
    ['big', { value: 'x'.repeat(5000) }],
    ['good', { value: 'a,b;c=d "e"', metadata: 'p=1' }],
  ];
  expect(formatBaggage(new Map(entries))).toBe('good=a%2Cb%3Bc%3Dd%20%22e%22;p=1');
  const many = new Map(
    Array.from({ length: 100 }, (_, i) => [`k${i}`, { value: 'x'.repeat(200) }]),
  );
  const header = formatBaggage(many);
  expect(header.length).toBeLessThanOrEqual(MAX_BAGGAGE_BYTES);
  expect(parseBaggage(header).size).toBe(40);
});

test('any well-formed value round-trips, and no header makes the parser throw', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '!', '%', '*', '+', '-', '.', '^', '_', '`', '|', '~'),
    minLength: 1,
  });
  const value = fc.string({ unit: 'grapheme', maxLength: 50 });
  const entries = fc.array(fc.tuple(name, value), { maxLength: 10 });
  fc.assert(
    fc.property(entries, fc.string({ unit: 'binary' }), (pairs, anything) => {
      const baggage: Baggage = new Map(pairs.map(([key, text]) => [key, { value: text }]));
      expect(parseBaggage(formatBaggage(baggage))).toEqual(baggage);
      expect(parseBaggage(anything)).toBeInstanceOf(Map);
      expect(parseBaggage(`k=${anything}`)).toBeInstanceOf(Map);
    }),
  );
});
