import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Acknowledged, type Load, type LoadOptions, noteEnd } from '../chaos/durable-load.ts';
import type { LoadNews } from './load-news.ts';

const program = fileURLToPath(new URL('autocannon-process.ts', import.meta.url));

/** The load that autocannon sends from a process of its own, which ends with this one. */
export class AutocannonLoad implements Load {
  readonly jobs: Acknowledged[] = [];
  readonly wrong: string[] = [];
  againCount = 0;
  isComplete = false;
  readonly #jobOf = new Map<string, Acknowledged>();
  readonly #child: ChildProcess;
  /** Resolves with what went wrong, if it did not end in good order. */
  readonly #ended: Promise<Error | undefined>;

  constructor(options: LoadOptions) {
    this.#child = spawn(process.execPath, [program, JSON.stringify(options)], {
      // It says nothing over the channel, but notices when there is nobody at the other end.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#ended = this.#follow(this.#child);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const error = await this.#ended;
    if (error) throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #follow(child: ChildProcess): Promise<Error | undefined> {
    const closed = once(child, 'close');
    if (!child.stdout) throw new Error('Expected a pipe.');
    for await (const line of createInterface({ input: child.stdout })) {
      this.#take(JSON.parse(line) as LoadNews);
    }
    const [code, signal] = await closed;
    this.isComplete = true;
    return code === 0 ? undefined : new Error(`The load ended with ${signal ?? code}.`);
  }

  #take(news: LoadNews): void {
    switch (news.what) {
      case 'acknowledged':
        this.jobs.push(news.job);
        this.#jobOf.set(news.job.label, news.job);
        return;
      case 'seen': {
        const job = this.#jobOf.get(news.label);
        if (job) this.wrong.push(...noteEnd(job, news.end));
        return;
      }
      case 'again':
        this.againCount += news.count;
        return;
      case 'wrong':
        this.wrong.push(news.wrong);
        return;
      default:
        throw new Error(`Expected news, got ${JSON.stringify(news satisfies never)}`);
    }
  }
}
