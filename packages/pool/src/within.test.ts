import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withinMs } from './within.ts';

test('a promise is waited for until it settles, however it does', async () => {
  await using _leaks = leakCheck();
  await withinMs(60_000, Promise.resolve());
  await withinMs(60_000, Promise.reject(new Error('does not matter')));
});

test('a promise that does not settle is not waited for longer than that', async () => {
  await using _leaks = leakCheck();
  const never = deferred();
  await withinMs(5, never.promise);
  expect(never.settled).toBe(false);
});
