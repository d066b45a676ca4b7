import { expect, test } from 'vitest';
import { testConfig } from '../server/server.fixture.ts';
import { assertGuarded } from './assert-guarded.ts';

const keys = (any: boolean) => ({ hasAny: async () => any });
const jwt = { jwksUrl: 'https://id.example', issuer: 'id', audience: 'waybill' };

test.each<[string, Readonly<Record<string, unknown>>, boolean]>([
  ['listens to this machine only', {}, false],
  ['has a key', { 'listen.host': '0.0.0.0' }, true],
  ['has an identity provider', { 'listen.host': '::', 'auth.jwt': jwt }, false],
])('a service that %s may start', async (_what, overrides, any) => {
  await assertGuarded(await testConfig(overrides), keys(any));
});

test('one that others reach and that asks nobody for credentials may not, and says what to do', async () => {
  const config = await testConfig({ 'listen.host': '0.0.0.0' });
  await expect(assertGuarded(config, keys(false))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_CONFIG',
    message: expect.stringMatching(
      /listen\.host: expected a loopback address.*waybill keys create/,
    ),
  });
});
