import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { neededFlag } from '../engine-flags.ts';
import { processEntryUrl } from './entry-url.ts';

/** Where the link to the submitting process is, among the streams of a pool process. */
export const linkStream = 3;

/** Options of Node.js that a pool process needs as well: how modules are found and loaded, memory, warnings, certificates. */
const inherited =
  /^(?:-[rC]|--(?:import|require|conditions|loader|experimental-[\w-]+|no-experimental-[\w-]+|disable-warning|no-warnings|trace-warnings|enable-source-maps|stack-trace-limit|max-old-space-size|max-semi-space-size|preserve-symlinks|preserve-symlinks-main|permission|allow-[\w-]+|use-[\w-]+|tls-[\w-]+|openssl-[\w-]+|dns-result-order|unhandled-rejections|icu-data-dir))(?:=|$)/u;

/** Of those, the ones whose value may be the next argument. */
const withValue = new Set([
  '-r',
  '-C',
  '--import',
  '--require',
  '--conditions',
  '--loader',
  '--experimental-loader',
  '--disable-warning',
]);

/** The options of Node.js that a pool process is started with, given those of the submitting one. */
export function nodeOptions(given: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const option = given[index] ?? '';
    if (!inherited.test(option)) continue;
    kept.push(option);
    const value = given[index + 1];
    if (withValue.has(option) && value !== undefined) kept.push(value);
  }
  return [neededFlag, ...kept];
}

/** Starts a pool process. It ends when its link does, at the latest. */
export function spawnProcess(): ChildProcess {
  // An inspector ends the process at its first isolate on Node.js 26, and the port would be taken.
  const nodeOptionsHere = process.env['NODE_OPTIONS']?.replaceAll(/--inspect\S*/gu, '');
  return spawn(
    process.execPath,
    [...nodeOptions(process.execArgv), fileURLToPath(processEntryUrl)],
    {
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: nodeOptionsHere },
      windowsHide: true,
    },
  );
}
