import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { withinMs } from '../within.ts';
import { Link } from './link.ts';
import type { DownMessage, EnvelopeTexts, UpMessage } from './link-messages.ts';
import { readUpMessage } from './read-up-message.ts';
import { linkStream, spawnProcess } from './spawn-process.ts';
import { StderrTail } from './stderr-tail.ts';

/** How long what a process sent last may take to arrive after its exit, and its exit after the end of its link, in ms. */
const lastMessagesMs = 500;

/** Bytes that may wait for a process to read them. */
const maxQueuedBytes = 256 * 2 ** 20;

/** How a child process ended. */
export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started, if that is how it ended. */
  readonly cause: string | undefined;
  /** The end of what it wrote to its standard error. */
  readonly stderrTail: string;
}

/** Who hears of a {@link PoolChild}. */
export interface ChildListener {
  message(message: UpMessage): void;
  /** It does what a pool process never does: whatever it is, it is to be killed. */
  broken(why: string): void;
  /** It has exited; what it sent before may still come. */
  exiting(): void;
  /** The last word. */
  ended(end: ChildEnd): void;
}

/** A child process and the link to it: nothing that it says or does throws here. */
export class PoolChild {
  readonly #child: ChildProcess;
  readonly #listener: ChildListener;
  readonly #link: Link | undefined;
  readonly #stderr: StderrTail | undefined;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(listener: ChildListener) {
    this.#listener = listener;
    const child = spawnProcess();
    this.#child = child;
    child.on('error', (error) => {
      // Never started, so no exit will come; whatever else fails is followed by one.
      if (child.pid === undefined)
        this.#end(null, null, `it could not be started: ${error.message}`);
    });
    child.once('exit', (exitCode, signal) => {
      listener.exiting();
      // What it sent before its end arrives with the end of the link, which may come later.
      void withinMs(lastMessagesMs, this.#closed.promise).then(() => this.#end(exitCode, signal));
    });
    // Without a process, or without a file left to open, there are no streams.
    const stream = child.stdio?.[linkStream];
    this.#link = stream instanceof Duplex ? this.#open(stream) : undefined;
    this.#stderr = child.stderr ? new StderrTail(child.stderr) : undefined;
  }

  /** Operating system's id; 0 where the process could not be started. */
  get processId(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends a message; what cannot arrive is lost with the process, which is heard of. */
  send(message: DownMessage, texts?: EnvelopeTexts): void {
    this.#link?.send(message, texts);
    if ((this.#link?.queuedBytes ?? 0) > maxQueuedBytes) {
      this.#listener.broken('it does not read what it is sent');
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #open(stream: Duplex): Link {
    const broken = (why: string): void => this.#listener.broken(why);
    return new Link(stream, {
      message: (received, texts) => {
        const message = readUpMessage(received, texts);
        if (message === undefined) broken('it sent what is no message');
        else this.#listener.message(message);
      },
      garbage: (why) => broken(`it sent what cannot be read: ${why}`),
      closed: () => {
        this.#closed.resolve();
        // Its end closes the link, too, and is heard of in a moment. One that lives without a link is of no use.
        void withinMs(lastMessagesMs, this.#ended.promise).then(() =>
          broken('its link was closed'),
        );
      },
    });
  }

  #end(exitCode: number | null, signal: NodeJS.Signals | null, cause?: string): void {
    this.#link?.destroy();
    const stderrTail = this.#stderr?.text ?? '';
    this.#listener.ended({ exitCode, signal, cause, stderrTail });
    this.#ended.resolve();
  }
}
