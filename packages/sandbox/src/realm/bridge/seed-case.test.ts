import { runNode } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';

// Each test starts processes, which takes its time where others do the same.
vi.setConfig({ testTimeout: 60_000 });

const example = new URL('../../../examples/await-inner-promise.ts', import.meta.url);

// Node's exit code for a top-level await that nothing will ever settle.
const unsettledAwait = 13;

test('a promise of a realm that is awaited outside, as the documentation of Node has it, never comes', async () => {
  const code = `
    import { createContext, runInContext } from 'node:vm';
    const context = createContext({}, { microtaskMode: 'afterEvaluate' });
    const inner = runInContext('Promise.resolve()', context);
    console.log('before');
    await inner;
    console.log('after');
  `;
  const ended = await runNode({ code });
  expect(ended).toMatchObject({ code: unsettledAwait, stdout: 'before\n' });
});

test('through the bridge it comes, and so does one of the host inside', async () => {
  const ended = await runNode({ file: example }, { nodeArgs: ['--no-warnings'] });
  const lines = ['awaited outside: of the realm', 'awaited inside: hello Ada', ''];
  expect(ended).toMatchObject({ code: 0, stdout: lines.join('\n'), stderr: '' });
});
