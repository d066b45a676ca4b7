import fc from 'fast-check';
import { type DocumentSchema, type DocumentSchemas, valuesOf } from './values-of-schema.ts';

// What stands where another value belongs.
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.5,
    1e308,
    -0,
    '',
    '\u0000',
    '\ud800',
    '../x',
    '💥',
    [],
    {},
  ),
  fc.constant('x'.repeat(70_000)),
  fc.constant(Array.from({ length: 2_000 }, () => 0)),
  fc.jsonValue({ maxDepth: 3 }),
);

const oddKeys = [
  '__proto__',
  'constructor',
  'tenant',
  'id',
  '',
  '\u0000',
  'toString',
  'x'.repeat(3_000),
];

/** A body and what is said of it. */
export interface Payload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const json = { 'content-type': 'application/json' };

/** Gives bodies that a schema allows, and such as come close; none where there is no schema. */
export function payloadOf(
  schema: DocumentSchema | undefined,
  schemas: DocumentSchemas,
): fc.Arbitrary<Payload> {
  const none = fc.constant<Payload>({ headers: {}, body: undefined });
  if (schema === undefined) return none;
  const good = valuesOf(schema, schemas);
  const asJson = (value: unknown): Payload => ({
    headers: json,
    body: JSON.stringify(value) ?? '',
  });
  return fc.oneof(
    { weight: 4, arbitrary: good.map(asJson) },
    { weight: 6, arbitrary: nearly(good as fc.Arbitrary<Record<string, unknown>>).map(asJson) },
    { weight: 1, arbitrary: oddValue.map(asJson) },
    { weight: 1, arbitrary: good.map(asJson).chain(damaged) },
    { weight: 1, arbitrary: none },
  );
}

/** Changes one member of an object, or leaves one out, or adds one. */
export function nearly(
  good: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(
      good,
      fc.nat(),
      oddValue,
      fc.constantFrom('as is', 'changed', 'missing', 'extra'),
      fc.constantFrom(...oddKeys),
    )
    .map(([value, at, odd, how, key]) => {
      const names = Object.keys(value);
      const name = names[at % Math.max(1, names.length)];
      const pairs = Object.entries(value);
      if (how === 'extra') pairs.push([key, odd]);
      // Defines own members, also one named __proto__, as JSON.parse does.
      const changed = pairs.map(
        ([own, old]) => [own, own === name && how === 'changed' ? odd : old] as const,
      );
      return Object.fromEntries(changed.filter(([own]) => own !== name || how !== 'missing'));
    });
}

/** Text that is nearly that of the payload, or says that it is something else. */
function damaged({ body = '' }: Payload): fc.Arbitrary<Payload> {
  return fc.constantFrom<Payload>(
    { headers: json, body: body.slice(0, -1) },
    { headers: json, body: `\ufeff${body}` },
    { headers: json, body: `${body}${body}` },
    { headers: json, body: '['.repeat(50_000) },
    { headers: json, body: '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000) },
    { headers: json, body: body.replace('{', '{"__proto__":{"x":1},') },
    { headers: json, body: '' },
    { headers: { 'content-type': 'text/plain' }, body },
    { headers: { 'content-type': 'application/json; charset=utf-16' }, body },
    { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body },
    { headers: {}, body },
  );
}
