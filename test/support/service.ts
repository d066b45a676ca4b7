import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testFolder } from '../../packages/queue/src/database/database.fixture.ts';

const serviceEntry = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));

/** How {@link startService} starts the service. */
export interface ServiceOptions {
  /** What the configuration file says, beside address and data folder. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Variables beside those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @defaultValue a new folder, which is removed at the end */
  readonly folder?: string;
  /** @defaultValue a free one; the same at each restart */
  readonly port?: number;
  /** The program. @defaultValue the service itself */
  readonly entry?: string;
  /** What is waited for in the output. @defaultValue an address */
  readonly readyLine?: RegExp;
  /** Whether the service has to make its embedded database itself. @defaultValue false */
  readonly isFirstStart?: boolean;
  /** @defaultValue 60000: a first start initialises a database */
  readonly readyWithinMs?: number;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

// Whatever ends this process takes the services with it that it has started.
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL');
});

/** Sends a signal to a whole process group; one that is gone has got it. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  return address.port;
}

/** The real service as a process of its own, with the pool processes that it starts. */
export class TestService implements AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly configFile: string;
  readonly #options: ServiceOptions;
  readonly #ownsFolder: boolean;
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> = Promise.resolve({ code: 0, signal: null });
  #stdout = '';
  #stderr = '';

  /** @internal use {@link startService} */
  constructor(options: ServiceOptions, port: number) {
    this.#options = options;
    this.#ownsFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'waybill-service-'));
    this.url = `http://127.0.0.1:${port}`;
    this.configFile = join(this.folder, 'service.json');
    const listen = { host: '127.0.0.1', port };
    const dataFolder = join(this.folder, 'data');
    const config = { listen, dataFolder, ...options.config };
    writeFileSync(this.configFile, JSON.stringify(config, null, 2));
  }

  /** What it has printed since the last start. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it has printed since the last start, logs among it. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Says whether it lives and what it printed last, for whoever has to find out why it does not answer. */
  describe(): string {
    const { exitCode, signalCode } = this.#child ?? { exitCode: null, signalCode: null };
    const state = signalCode ?? exitCode ?? 'it runs';
    return `service: ${state}\n${this.#stdout.slice(-1_000)}\n${this.#stderr.slice(-4_000)}`;
  }

  /** Of the last start. */
  get pid(): number {
    return this.#child?.pid ?? NaN;
  }

  /** Resolves when the process that was started last has ended. */
  get ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Puts an embedded database into the data folder that nobody has used: to make one takes seconds. */
  async fill(): Promise<void> {
    const target = join(this.folder, 'data', 'database');
    if (existsSync(target)) return;
    const { folder } = await testFolder();
    mkdirSync(dirname(target), { recursive: true });
    renameSync(folder, target);
  }

  /** Starts the process and waits until it is ready. @throws Error with its output if it ends before */
  async start(): Promise<void> {
    const { env, entry = serviceEntry, readyWithinMs = 60_000 } = this.#options;
    this.#stdout = '';
    this.#stderr = '';
    const child = spawn(process.execPath, [entry, '--config', this.configFile], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that it can be ended with all that it started.
      detached: true,
    });
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) groups.add(pid);
    const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }));
    this.#ended = ended;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    const ready = this.#readyLine(child);
    const late = AbortSignal.timeout(readyWithinMs);
    const tooLate = once(late, 'abort').then(() => this.#fail(`not ready in ${readyWithinMs} ms`));
    await Promise.race([ready, ended.then((how) => this.#fail(JSON.stringify(how))), tooLate]);
  }

  /** Sends a signal to the process itself, not to the pool processes. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Kills the process; its pool processes find that out by themselves. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Asks the process to end, and waits for it. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    return this.#ended;
  }

  /** Starts it again with the same folder and address, after {@link kill} or {@link stop}. */
  async restart(): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill();
    await this.start();
  }

  /** Ends the process and all that it started, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this;
    if (!Number.isNaN(pid)) {
      signalGroup(pid, 'SIGKILL');
      await this.#ended;
      groups.delete(pid);
    }
    if (this.#ownsFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  async #readyLine({ stdout }: ChildProcess): Promise<void> {
    const { readyLine = /https?:\/\/\S+/ } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    stdout?.on('data', () => {
      if (readyLine.test(this.#stdout)) resolve();
    });
    await promise;
  }

  #fail(why: string): never {
    throw new Error(`The service did not start: ${why}\n${this.#stdout}\n${this.#stderr}`);
  }
}

/** Starts a service; `await using` ends it. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const service = new TestService(options, options.port ?? (await freePort()));
  try {
    if (options.isFirstStart !== true) await service.fill();
    await service.start();
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
  return service;
}
