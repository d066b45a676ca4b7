import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { endGroup } from './end-group.ts';
import type { DownMessage, UpMessage } from './messages.ts';

const entryUrl = new URL(`./scenario-process${extname(import.meta.url)}`, import.meta.url);

/** How much of what it printed is kept. */
const tailLength = 4_000;
const tailLineCount = 6;

/** How long the rest of what it printed is waited for: what left its process group may hold the stream open. */
const lastWordsMs = 1_000;

/**
 * The process of a scenario, seen from outside. It leads a group, so that Ctrl-C in a terminal does not reach it, and that nothing which
 * it starts outlives it; it and they end with this process, however this one ends.
 */
export class ScenarioChild implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #printed = '';

  constructor(nodeArgs: readonly string[], onMessage: (message: UpMessage) => void) {
    this.#child = fork(entryUrl, {
      execArgv: [...nodeArgs],
      serialization: 'advanced',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    // Its last message may be read after it has gone.
    this.#ended = Promise.all([once(this.#child, 'exit'), once(this.#child, 'disconnect')]);
    this.#child.on('message', onMessage);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-tailLength);
      });
    }
    process.once('exit', this.kill);
  }

  /** The last lines that it printed, without what a terminal would obey. */
  get lastWords(): string {
    return stripVTControlCharacters(this.#printed)
      .trim()
      .split('\n')
      .slice(-tailLineCount)
      .join('\n');
  }

  /** Does nothing where it is gone. */
  send(message: DownMessage): void {
    // What it cannot be told it will not answer: its end says the rest.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Kills it and all that it started. */
  readonly kill = (): void => {
    if (this.#child.pid !== undefined) endGroup(this.#child.pid);
  };

  /** Resolves when it has ended, to what is odd about it: `SIGSEGV`, `exit code 3`. @throws Error when it could not be started */
  async untilEnd(): Promise<string | undefined> {
    await this.#ended;
    this.kill();
    const { exitCode, signalCode, stdout, stderr } = this.#child;
    const closed = [stdout, stderr].flatMap((stream) =>
      stream === null || stream.closed ? [] : [once(stream, 'close')],
    );
    await Promise.race([Promise.all(closed), sleep(lastWordsMs, undefined, { ref: false })]);
    return signalCode ?? (exitCode === 0 ? undefined : `exit code ${exitCode}`);
  }

  [Symbol.dispose](): void {
    this.kill();
    process.off('exit', this.kill);
  }
}
