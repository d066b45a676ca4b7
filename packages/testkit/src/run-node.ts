import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program for {@link runNode}: a file, or the text of a TypeScript module. */
export type Program = { readonly file: string | URL } | { readonly code: string };

/** How {@link runNode} runs its program. */
export interface RunNodeOptions {
  /** The Node.js executable. @defaultValue the running one */
  readonly node?: string;
  /** Options for Node.js itself, before the program. */
  readonly nodeArgs?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Variables beside those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working folder; imports in `code` resolve from here. @defaultValue that of this process */
  readonly cwd?: string | URL;
  /** After this many milliseconds the child is killed. @defaultValue 20000 */
  readonly timeoutMs?: number;
}

/** How a child process ended and what it printed. */
export interface RunNodeResult {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program in its own Node.js process and resolves when it has ended, whatever its exit code.
 *
 * @throws Error when the child cannot be started, or was killed at `timeoutMs` (with what it had printed).
 */
export async function runNode(
  program: Program,
  options: RunNodeOptions = {},
): Promise<RunNodeResult> {
  const {
    node = process.execPath,
    nodeArgs = [],
    args = [],
    env,
    cwd,
    timeoutMs = 20_000,
  } = options;
  const child = spawn(node, [...nodeArgs, ...target(program), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  const { promise, resolve, reject } = Promise.withResolvers<RunNodeResult>();
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (overdue) {
      reject(new Error(`Child ${child.pid} killed after ${timeoutMs} ms.\n${stdout}\n${stderr}`));
    } else {
      resolve({ code, signal, stdout, stderr });
    }
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function target(program: Program): string[] {
  if ('code' in program) return ['--input-type=module-typescript', '--eval', program.code, '--'];
  return [program.file instanceof URL ? fileURLToPath(program.file) : program.file];
}
