import { expect, test } from 'vitest';
import { neededFlag } from '../engine-flags.ts';
import { nodeOptions } from './spawn-process.ts';

test.each([
  [[], []],
  [
    ['--import', './hooks.js', '--conditions=dev'],
    ['--import', './hooks.js', '--conditions=dev'],
  ],
  [['--input-type=module', '--eval', 'code()'], []],
  [['-e', 'code()', '--no-warnings'], ['--no-warnings']],
  [['-pe', '1 + 1'], []],
  [['--inspect-brk=9229', '--max-old-space-size=512'], ['--max-old-space-size=512']],
  [['--inspect-port', '9230', '--watch', '--watch-path', 'src'], []],
  [
    ['--test', '--test-reporter', 'spec', '--cpu-prof-dir', './prof', '-r', 'x'],
    ['-r', 'x'],
  ],
])('of the options %j a pool process gets %j', (given, kept) => {
  expect(nodeOptions(given)).toEqual([neededFlag, ...kept]);
});
