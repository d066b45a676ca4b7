import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { runCommand } from './run-command.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** How the command ended and what it printed. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command is run. */
export interface CliOptions {
  /** Address of the service. */
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What comes over the standard input; `null`: it is left open. */
  readonly stdin?: string | null;
  /** Gets the process, to signal it or to write to it. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the command in a process of its own, without a terminal and without the credentials of whoever runs the tests. */
export async function waybill(
  args: readonly string[],
  { url, env, stdin = '', onStart }: CliOptions = {},
): Promise<CliResult> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('WAYBILL_'));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...Object.fromEntries(own), ...(url !== undefined && { WAYBILL_URL: url }), ...env },
    stdio: 'pipe',
  });
  onStart?.(child);
  if (stdin !== null) child.stdin.end(stdin);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/** Runs the command in this process, which is quicker; it has no standard input here. */
export async function waybillHere(
  args: readonly string[],
  {
    url,
    env = {},
    signal = new AbortController().signal,
  }: Pick<CliOptions, 'url' | 'env'> & { readonly signal?: AbortSignal } = {},
): Promise<CliResult> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((part) => {
      printed[name] += String(part);
      return true;
    });
  }
  for (const name of ['WAYBILL_TOKEN', 'WAYBILL_TOKEN_FILE', 'WAYBILL_TENANT', 'WAYBILL_URL']) {
    vi.stubEnv(name, env[name] ?? (name === 'WAYBILL_URL' ? url : undefined));
  }
  try {
    const code = await runCommand(args, signal);
    return { code, ...printed };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

/** A server in place of the service. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts a server that answers as its test says; `body` is what came. */
export async function serveWith(
  respond: (response: ServerResponse, request: IncomingMessage, body: string) => void,
): Promise<TestServer> {
  const server = createServer((request, response) => {
    void text(request).then((body) => respond(response, request, body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON, or with a problem document of a code. */
export function answer(response: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

/** A durable job that waits, as the service writes it. */
export const queuedJob: object = {
  id: 'j',
  tenant: 'default',
  state: 'queued',
  priority: 0,
  attemptCount: 0,
  submittedAt: '2026-11-22T10:00:00.000Z',
  startAfter: '2026-11-22T10:00:00.000Z',
  isCancelAsked: false,
};

/** An outcome as the service writes it. */
export function outcome(fields: object): object {
  const ms = { queueMs: 1, wallMs: 1, cpuMs: 1, hostWaitMs: 0 };
  const bill = { ...ms, heapBytes: 1, hostCalls: 0, logBytes: 0 };
  return { jobId: 'j', tenant: 'default', logs: [], bill, ...fields };
}
