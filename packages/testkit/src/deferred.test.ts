import { expect, test } from 'vitest';
import { deferred } from './deferred.ts';

test('a deferred is pending until it is resolved', async () => {
  const gate = deferred<number>();
  expect(gate.settled).toBe(false);
  gate.resolve(7);
  expect(gate.settled).toBe(true);
  await expect(gate.promise).resolves.toBe(7);
});

test('a deferred keeps its first settlement', async () => {
  const gate = deferred();
  gate.reject(new Error('first'));
  gate.resolve();
  await expect(gate.promise).rejects.toThrow('first');
});
