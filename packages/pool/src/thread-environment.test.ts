import { expect, test } from 'vitest';
import { threadEnvironment } from './thread-environment.ts';

test('threads of Node.js 24 run without the compile cache, those of Node.js 26 as the process does', () => {
  expect(threadEnvironment('24.21.0')).toMatchObject({ NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(threadEnvironment('24.21.0')['NODE_COMPILE_CACHE']).toBeUndefined();
  expect(threadEnvironment('24.21.0')['PATH']).toBe(process.env['PATH']);
  expect(threadEnvironment('26.10.0')).toBe(process.env);
});
