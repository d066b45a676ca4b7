import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { neededFlag } from '../engine-flags.ts';
import { processEntryUrl } from './entry-url.ts';

/** Options of Node.js that belong to the submitting program alone: what it evaluates, watches, tests, profiles. */
const ownOptions =
  /^(?:-[cehipv]+$|--(?:eval|print|check|interactive|input-type|inspect|debug-port|watch|test|experimental-test|cpu-prof|heap-prof|heapsnapshot|prof$|build-sea|run$))/u;

/** Of those, the ones whose value is the next argument. */
const withValue = new Set(['-e', '--eval', '-p', '--print', '-pe', '--input-type', '--watch-path']);

/** The options of Node.js that a pool process is started with, given those of the submitting one. */
export function nodeOptions(given: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const option = given[index] ?? '';
    if (!ownOptions.test(option)) kept.push(option);
    else if (withValue.has(option)) index += 1;
  }
  return [neededFlag, ...kept];
}

/** Starts a pool process. It ends when its channel does, at the latest. */
export function spawnProcess(): ChildProcess {
  // An inspector ends the process at its first isolate on Node.js 26, and the port would be taken.
  const nodeOptionsHere = process.env['NODE_OPTIONS']?.replaceAll(/--inspect\S*/gu, '');
  return spawn(
    process.execPath,
    [...nodeOptions(process.execArgv), fileURLToPath(processEntryUrl)],
    {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      // Not 'advanced': JSON from a process that a guest may have taken over is read by a parser that has met worse.
      serialization: 'json',
      env: { ...process.env, NODE_OPTIONS: nodeOptionsHere },
      windowsHide: true,
    },
  );
}
