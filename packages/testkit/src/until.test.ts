import { expect, test } from 'vitest';
import { until } from './until.ts';

test('until resolves without a turn of the event loop when the condition holds already', async () => {
  let turned = false;
  const immediate = setImmediate(() => (turned = true));
  await until(() => true);
  expect(turned).toBe(false);
  clearImmediate(immediate);
});

test('until tries the condition once a turn of the event loop', async () => {
  let tries = 0;
  await until(() => ++tries === 4);
  expect(tries).toBe(4);
});

test('until fails at its limit with the description of what is missing', async () => {
  const waiting = until(() => false, { limitMs: 5, describe: () => 'two ports are open' });
  await expect(waiting).rejects.toThrow('Still not so after 5 ms: two ports are open');
});

test('until passes on what its condition throws', async () => {
  const waiting = until(() => {
    throw new RangeError('broken condition');
  });
  await expect(waiting).rejects.toThrow(RangeError);
});
