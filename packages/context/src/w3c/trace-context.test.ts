import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { childOf, formatTraceParent, parseTraceParent, startTrace } from './trace-context.ts';
import { formatTraceState, MAX_TRACE_STATE_CHARS, parseTraceState } from './trace-state.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const valid = `00-${traceId}-${spanId}-01`;

test('a valid traceparent is read and written again', () => {
  expect(parseTraceParent(valid)).toEqual({ traceId, spanId, flags: 1 });
  expect(formatTraceParent({ traceId, spanId, flags: 1, state: [] })).toBe(valid);
});

test('optional whitespace around a traceparent is not part of it', () => {
  expect(parseTraceParent(` \t${valid}\t `)?.spanId).toBe(spanId);
});

test('a later version is read by its first four fields and continued as version 00', () => {
  for (const later of [
    `cc-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01-what-the-future`,
  ]) {
    const parent = parseTraceParent(later);
    expect(parent && formatTraceParent({ ...parent, state: [] })).toBe(valid);
  }
});

test('reserved flags are dropped', () => {
  expect(parseTraceParent(`00-${traceId}-${spanId}-ff`)?.flags).toBe(0b11);
});

test.each([
  '',
  'nonsense',
  `ff-${traceId}-${spanId}-01`,
  `${valid}-extra`,
  `${valid}.`,
  `cc-${traceId}-${spanId}-01.what`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  valid.toUpperCase(),
  `00-${traceId.slice(1)}-${spanId}-01`,
  `00-${traceId}0-${spanId}-01`,
  `00-${traceId}-${spanId.slice(1)}-01`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}-${spanId}`,
  `0-${traceId}-${spanId}-01`,
  `00-${traceId.replace('a', '.')}-${spanId}-01`,
  `${valid},${valid}`,
  `${valid}\n`,
  `cc-${traceId}-${spanId}-01-${'x'.repeat(600)}`,
])('the traceparent %j is refused', (header) => {
  expect(parseTraceParent(header)).toBeUndefined();
});

test('a trace context that breaks the rules is not written', () => {
  expect(formatTraceParent({ traceId: 'x', spanId, flags: 0, state: [] })).toBeUndefined();
});

test('childOf keeps the trace and changes the span, startTrace makes a valid one', () => {
  const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(0xab);
  const trace = startTrace(true, bytes);
  expect(formatTraceParent(trace)).toBe(`00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-03`);
  expect(startTrace(false, bytes).flags).toBe(0b10);
  const child = childOf({ ...trace, state: [['a', '1']] }, (count) => new Uint8Array(count));
  expect(child).toEqual({ ...trace, spanId: '0000000000000001', state: [['a', '1']] });
  expect(childOf(trace).spanId).not.toBe(childOf(trace).spanId);
});

test('a tracestate keeps its order, skips empty members and the whitespace around them', () => {
  expect(parseTraceState('foo=1, bar=a b\t,,1a@vendor=x,')).toEqual([
    ['foo', '1'],
    ['bar', 'a b'],
    ['1a@vendor', 'x'],
  ]);
});

test('of two members with one key the first stays', () => {
  expect(parseTraceState('foo=1,foo=2')).toEqual([['foo', '1']]);
});

test.each([
  'foo',
  '=1',
  'foo=',
  'Foo=1',
  'foo =1',
  'f oo=1',
  '@foo=1',
  'foo@=1',
  'foo@@bar=1',
  'foo@bar@baz=1',
  '__proto__=1',
  'foo=a=b',
  'foo=bäd',
  `${'k'.repeat(257)}=1`,
  `${'t'.repeat(242)}@v=1`,
  `t@${'v'.repeat(15)}=1`,
  `foo=${'v'.repeat(257)}`,
])('one bad member, as in %j, empties the tracestate', (member) => {
  expect(parseTraceState(`ok=1,${member}`)).toEqual([]);
});

test('the limits of a tracestate hold exactly', () => {
  const members = (count: number): string =>
    Array.from({ length: count }, (_, i) => `k${i}=1`).join(',');
  expect(parseTraceState(members(32))).toHaveLength(32);
  expect(parseTraceState(members(33))).toEqual([]);
  const fill = 'v'.repeat(MAX_TRACE_STATE_CHARS - 'a='.length - 256 - ',b='.length);
  const longest = `a=${'v'.repeat(256)},b=${fill}`;
  expect(longest).toHaveLength(MAX_TRACE_STATE_CHARS);
  expect(parseTraceState(longest)).toHaveLength(2);
  expect(parseTraceState(`${longest},`)).toEqual([]);
});

test('a tracestate that breaks the rules is not written', () => {
  expect(
    formatTraceState([
      ['ok', '1'],
      ['bad,key', '1'],
    ]),
  ).toBe('');
  expect(
    formatTraceState([
      ['ok', '1'],
      ['ok', '2'],
    ]),
  ).toBe('');
});

test('any valid trace context round-trips, and no header makes the parsers throw', () => {
  const hex = (length: number) =>
    fc
      .uint8Array({ minLength: length / 2, maxLength: length / 2 })
      .map((bytes) => Buffer.from(bytes).toString('hex'))
      .filter((id) => /[^0]/.test(id));
  const trace = fc.record({ traceId: hex(32), spanId: hex(16), flags: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(trace, fc.string({ unit: 'binary' }), (parent, anything) => {
      const header = formatTraceParent({ ...parent, state: [] });
      expect(header === undefined ? undefined : parseTraceParent(header)).toEqual(parent);
      expect(parseTraceParent(anything)).toBeUndefined();
      expect(Array.isArray(parseTraceState(anything))).toBe(true);
    }),
  );
});
