import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testkit';

const entry = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The service as a process of its own; disposal kills it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it printed, log and all. */
  readonly printed: () => string;
  /** Resolves once it has printed the text. */
  has(text: string): Promise<void>;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts the service on any free port, with variables beside those of this process. */
export function startProcess(env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, WAYBILL_LISTEN_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    ended,
    printed: () => text,
    has: (words) => until(() => text.includes(words), { limitMs: 60_000, describe: () => text }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
