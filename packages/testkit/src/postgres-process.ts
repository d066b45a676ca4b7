import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { PostgresUser } from './postgres-binaries.ts';
import { until } from './until.ts';

/** How a PostgreSQL process is started. */
export interface PostgresStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly user: PostgresUser | undefined;
  /** Removed if this process dies before the server is stopped. */
  readonly folder: string;
}

/** A running server: the postmaster is a direct child of this process. */
export interface PostgresProcess {
  /** SIGKILL for the postmaster and all it forked, as in a crash; resolves when none of them runs. */
  kill(): Promise<void>;
  /** Shuts down at once but in order. */
  stop(): Promise<void>;
}

const READY = 'ready to accept connections';
// Ends when its standard input does: when our process stops it, or died in whatever way.
const WATCHDOG = 'read -r _; kill -QUIT "$1"; sleep 1; rm -rf "$2"';

/**
 * Starts a server and resolves when it takes connections.
 *
 * @throws Error with what it printed when it ends instead.
 */
export async function startPostgresProcess(start: PostgresStart): Promise<PostgresProcess> {
  const child = spawn(start.program, start.args, {
    ...start.user,
    cwd: start.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const dismissed = child.pid === undefined ? undefined : watch(child, child.pid, start.folder);
  await untilReady(child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
    await dismissed;
  };
  return {
    async kill() {
      const forked = await childrenOf(child.pid);
      await end('SIGKILL');
      for (const pid of forked) killIfThere(pid);
      // What still runs holds the shared memory, and the next start would be refused.
      await until(async () => !(await Promise.all(forked.map(isRunning))).includes(true));
    },
    stop: () => end('SIGINT'),
  };
}

/** Ends the server when this process is gone; resolves when the server has ended and nothing watches it any more. */
async function watch(child: ChildProcess, pid: number, folder: string): Promise<void> {
  const watchdog = spawn('sh', ['-c', WATCHDOG, 'watchdog', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C is for the tests; this one outlives them.
    detached: true,
  });
  child.once('exit', () => watchdog.kill('SIGKILL'));
  await once(watchdog, 'exit');
}

async function untilReady(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let printed = '';
  let isReady = false;
  child.once('error', reject);
  child.once('exit', (code) =>
    reject(new Error(`PostgreSQL ended with code ${code} before it was ready:\n${printed}`)),
  );
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // Read for as long as it runs, or it would block; kept only while it matters.
    if (isReady) return;
    printed += text;
    if (!printed.includes(READY)) return;
    isReady = true;
    resolve();
  });
  await promise;
}

async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  if (pid === undefined) return [];
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    return text.split(' ').filter(Boolean).map(Number);
  }
  const ps = spawn('pgrep', ['-P', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const text = (await ps.stdout.setEncoding('utf8').toArray()).join('');
  return text.split('\n').filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it saw that its postmaster is gone, and went.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process runs; one that is dead but was not waited for does not. */
async function isRunning(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
    return !/\) [ZX]/.test(stat);
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
