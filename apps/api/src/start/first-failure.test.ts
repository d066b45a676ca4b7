import { expect, test } from 'vitest';
import { firstFailure } from './first-failure.ts';

test('of what failed, and what failed when it was cleaned up after, the first is told and the others are logged', async () => {
  const logged: unknown[] = [];
  const open = async (): Promise<void> => {
    await using stack = new AsyncDisposableStack();
    for (const words of ['third', 'second']) {
      stack.defer(() => Promise.reject(new Error(words)));
    }
    throw new Error('first');
  };
  const failure = await open().catch((error: unknown) =>
    firstFailure(error, {
      error: ({ err }: { err: Error }) => void logged.push(err.message),
    } as never),
  );
  expect(failure).toMatchObject({ message: 'first' });
  expect(logged).toEqual(['second', 'third']);
});
