import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createLeash } from './leash.ts';
import { type WorkerdCode, workerdConfig } from './workerd-config.ts';

/** A running server. */
export interface WorkerdServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts workerd on a port that it chooses. The caller disposes it.
 *
 * @param binary - the program
 * @throws Error with what it complained of, when it ends instead of listening
 */
export async function startWorkerd(binary: string, code: WorkerdCode): Promise<WorkerdServer> {
  await using stack = new AsyncDisposableStack();
  const leash = stack.use(createLeash());
  const port = await listen(code, (configFile) => {
    // Loading code at run time is behind this flag, and nothing else that is used here.
    const flags = code.how === 'fresh' ? ['--experimental'] : [];
    const server = spawn(binary, ['serve', '--control-fd=3', ...flags, configFile], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    stack.defer(() => end(server));
    if (server.pid !== undefined) leash.hold(server.pid);
    return server;
  });
  const owned = stack.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function listen(
  code: WorkerdCode,
  start: (configFile: string) => ChildProcess,
): Promise<number> {
  // It has read its configuration once it listens.
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waybill-workerd-'));
  const configFile = join(folder.path, 'config.capnp');
  await writeFile(configFile, workerdConfig(code));
  const server = start(configFile);
  const complaints: string[] = [];
  server.stderr?.on('data', (bytes: Buffer) => complaints.push(String(bytes)));
  const control = createInterface({ input: server.stdio[3] as Readable });
  const line = once(control, 'line') as Promise<[string]>;
  const exit = once(server, 'close').then(([status]: (number | null)[]): never => {
    throw new Error(`workerd ended with ${status}: ${complaints.join('').trim()}`);
  });
  const [text] = await Promise.race([line, exit]);
  const { port } = JSON.parse(text) as { port: number };
  return port;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'close');
  server.kill('SIGKILL');
  await ended;
}
