import { runNode } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';
import { runHere } from './realm.fixture.ts';

// Each test starts processes, which takes its time where others do the same.
vi.setConfig({ testTimeout: 60_000 });

const example = new URL('../../../examples/await-inner-promise.ts', import.meta.url);

const programOf = (awaited: string, imports = ''): string => `
  import { createContext, runInContext } from 'node:vm';
  ${imports}
  const context = createContext({}, { microtaskMode: 'afterEvaluate' });
  const inner = runInContext('Promise.resolve()', context);
  console.log('before');
  await ${awaited};
  console.log('after');
`;

// Node's exit code for a top-level await that nothing will ever settle.
const unsettledAwait = 13;

test('a promise of a realm that is awaited outside, as the documentation of Node has it, never comes', async () => {
  const ended = await runNode({ code: programOf('inner') });
  expect(ended).toMatchObject({ code: unsettledAwait, stdout: 'before\n' });
});

test('the same program, with the bridge around the promise, goes on', async () => {
  const imports = "import { openRealmBridge } from './realm-bridge.ts';";
  const ended = await runHere(programOf('openRealmBridge(context).toHost(inner)', imports));
  expect(ended).toMatchObject({ code: 0, stdout: 'before\nafter\n', stderr: '' });
});

test('the example of the README prints what it says', async () => {
  const ended = await runNode({ file: example }, { nodeArgs: ['--no-warnings'] });
  const lines = ['awaited outside: of the realm', 'awaited inside: hello Ada', ''];
  expect(ended).toMatchObject({ code: 0, stdout: lines.join('\n'), stderr: '' });
});
