import { runNode, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { UsageError } from '../flags.ts';
import { pinnedNode, runOnNode } from './on-node.ts';

test('a version is meant by its first number or by all of them', async () => {
  const [preferred, supported] = [await pinnedNode('26'), await pinnedNode('24')];
  expect(preferred).toMatch(/^26\./);
  expect(supported).toMatch(/^24\./);
  expect(await pinnedNode(preferred)).toBe(preferred);
  await expect(pinnedNode('2')).rejects.toThrow(UsageError);
});

test('a program that is run on another Node.js gives its exit code', async () => {
  const program = ['--eval', 'process.exit(process.argv[1].length)', 'argument'];
  expect(await runOnNode(process.versions.node, program)).toBe(8);
});

test('what was started on another Node.js ends when its parent is killed', async () => {
  const file = new URL('./on-node.fixture.ts', import.meta.url);
  const { signal, stdout } = await runNode({ file });
  expect(signal).toBe('SIGKILL');
  await until(() => !isThere(Number(stdout)));
});

function isThere(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
