import { expect, test } from 'vitest';
import type { KeySpec } from '../keys/key-store.ts';
import { authenticatorFor, testKey, testServer } from '../server/server.fixture.ts';

const isFirst = { hasAny: async () => false };
const operator = { authenticator: authenticatorFor(new Set(['admin'])) };

async function create(
  scopes: readonly string[],
  options: NonNullable<Parameters<typeof testServer>[0]> = {},
): Promise<{ status: number; detail?: string; token?: string }> {
  const keys = {
    ...isFirst,
    create: async ({ scopes: given }: KeySpec) => ({
      key: testKey({ scopes: given }),
      token: 'wb_new',
    }),
    ...options.keys,
  };
  await using server = await testServer({ ...options, keys });
  const reply = await server.app.inject({
    method: 'POST',
    url: '/v1/keys',
    headers: { 'content-type': 'application/json', 'waybill-tenant': 'acme' },
    payload: JSON.stringify({ name: 'a', tenant: 'acme', scopes }),
  });
  return { status: reply.statusCode, ...reply.json<{ detail?: string; token?: string }>() };
}

test('the first key that is made without credentials has the scope admin, so that somebody can make the next', async () => {
  expect(await create(['run', 'read'])).toMatchObject({
    status: 400,
    code: 'ERR_WAYBILL_INVALID_REQUEST',
    detail: expect.stringContaining('expected admin among the scopes of the first key'),
  });
  expect(await create(['run', 'admin'])).toMatchObject({ status: 201, token: 'wb_new' });
});

test.each([
  ['by an operator with credentials', operator],
  ['where there is one already', { keys: { hasAny: async () => true }, ...operator }],
])('a key without it is made %s', async (_what, options) => {
  expect(await create(['run'], options)).toMatchObject({ status: 201 });
});
