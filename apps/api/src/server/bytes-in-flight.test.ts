import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytesInFlight } from './bytes-in-flight.ts';

const refusal = (limit: string) =>
  expect.objectContaining({
    code: 'ERR_WAYBILL_RATE_LIMITED',
    details: expect.objectContaining({ limit }),
  });

test('a tenant has as many bytes in flight as it may, and another tenant has its own', () => {
  const bytes = new BytesInFlight({ maxBytesPerTenant: 10, maxBytesInAll: 100 });
  const first = bytes.open('acme');
  first.growTo(6);
  const second = bytes.open('acme');
  second.growTo(4);
  expect(() => second.growTo(5)).toThrow(refusal('maxInFlightBytes'));
  bytes.open('other').growTo(10);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  first.growTo(10);
  second.growTo(10);
  expect(() => bytes.open('acme').growTo(1)).toThrow(refusal('maxInFlightBytes'));
});

test('all tenants together have as many as they may', () => {
  const bytes = new BytesInFlight({ maxBytesPerTenant: 10, maxBytesInAll: 15 });
  bytes.open('acme').growTo(10);
  const other = bytes.open('other');
  expect(() => other.growTo(6)).toThrow(refusal('maxInFlightBytesInAll'));
  other.growTo(5);
});

test('a body that is alone is let through, however long', () => {
  const bytes = new BytesInFlight({ maxBytesPerTenant: 10, maxBytesInAll: 10 });
  const alone = bytes.open('acme');
  alone.growTo(5);
  alone.growTo(1_000);
  expect(() => bytes.open('other').growTo(1)).toThrow(refusal('maxInFlightBytesInAll'));
});

test('whatever bodies grow to, once they are done with nothing is left of them', () => {
  const body = fc.tuple(fc.constantFrom('a', 'b', undefined), fc.array(fc.nat(20)));
  fc.assert(
    fc.property(fc.array(body), (bodies) => {
      const bytes = new BytesInFlight({ maxBytesPerTenant: 30, maxBytesInAll: 40 });
      const shares = bodies.map(([tenant, lengths]) => {
        const share = bytes.open(tenant);
        for (const length of lengths) {
          try {
            share.growTo(length);
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_WAYBILL_RATE_LIMITED' });
          }
        }
        return share;
      });
      for (const share of shares) share[Symbol.dispose]();
      for (const tenant of ['a', 'b']) {
        using one = bytes.open(tenant);
        using other = bytes.open(tenant);
        one.growTo(15);
        other.growTo(15);
      }
    }),
  );
});
