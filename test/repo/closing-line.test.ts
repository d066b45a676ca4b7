import { join } from 'node:path';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { root } from './repository.ts';

/** Reports a run of modules, each given as the states of its tests, and gives what stands last on stdout. */
async function lastLine(run: string): Promise<string | undefined> {
  const code = `
    import { ClosingLine } from ${JSON.stringify(join(root, 'test/support/closing-line.ts'))};
    const moduleOf = (ok, ...states) => ({
      ok: () => ok,
      children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) },
    });
    new ClosingLine().onTestRunEnd(${run});
    console.log('what other reporters print');
  `;
  const { stdout } = await runNode({ code });
  return stdout.trimEnd().split('\n').at(-1);
}

test('the closing line counts the tests of all files and stands last', async () => {
  const run = "[moduleOf(true, 'passed', 'skipped'), moduleOf(false, 'passed', 'failed')], []";
  expect(await lastLine(run)).toBe('tests: 2 passed, 1 failed, 1 skipped');
});

test('a file that broke before its first test counts as one failure', async () => {
  expect(await lastLine('[moduleOf(false)], []')).toBe('tests: 0 passed, 1 failed, 0 skipped');
});

test('an error outside every test counts as one failure', async () => {
  const run = "[moduleOf(true, 'passed')], [new Error('unhandled')]";
  expect(await lastLine(run)).toBe('tests: 1 passed, 1 failed, 0 skipped');
});
