/** Checks the package in the working folder as its users get it: packed, then judged by publint and attw. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const execute = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'waybill-package-'));

try {
  const tarball = join(folder, 'package.tgz');
  await execute('pnpm', ['pack', '--out', tarball]);
  const packed = await readFile(tarball);
  const problems = [...(await publintProblems(packed)), ...(await attwProblems(tarball))];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

async function publintProblems(packed: Uint8Array): Promise<string[]> {
  const tarball = new Uint8Array(packed).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

async function attwProblems(tarball: string): Promise<string[]> {
  const args = [
    'exec',
    'attw',
    tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-color',
  ];
  try {
    await execute('pnpm', args);
    return [];
  } catch (error) {
    return [error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)];
  }
}
