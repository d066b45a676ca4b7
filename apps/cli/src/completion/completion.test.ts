import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeProgram } from '../program.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { describeTree } from './tree.ts';
import { zshScript } from './zsh.ts';

const nodes = describeTree(makeProgram({ signal: new AbortController().signal, exitCode: 0 }));

const run = promisify(execFile);

/** What bash offers behind some words; the last is being typed. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const script = `${bashScript(nodes)}
COMP_WORDS=(waybill ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_waybill; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('the tree holds every command with its options', () => {
  const paths = nodes.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['', 'run', 'jobs', 'jobs list', 'keys rotate']));
  expect(nodes.find(({ path }) => path === 'logs')?.options).toContainEqual(
    expect.objectContaining({ long: '--follow', short: '-f', takesValue: false }),
  );
});

test('bash offers commands, their commands, their options and their words', async () => {
  expect(await offered('jo')).toEqual(['jobs']);
  expect(await offered('jobs', 're')).toEqual(['redrive']);
  expect(await offered('jobs', 'list', '--st')).toEqual(['--state']);
  expect(await offered('jobs', '--url', 'x', 'list', '--sch')).toEqual(['--schedule']);
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

test('the completions for zsh and fish name every option, with what it does', () => {
  const options = new Set(nodes.flatMap((node) => node.options.map(({ long }) => long)));
  const zsh = zshScript(nodes);
  const fish = fishScript(nodes);
  for (const option of options) {
    expect(zsh).toContain(`'${option}:`);
    expect(fish).toMatch(new RegExp(`-l ${option.slice(2)} .*-d '`));
  }
});
