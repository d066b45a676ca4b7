import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { FromEmbeddedThread, ToEmbeddedThread } from './embedded-messages.ts';

const ENDED = -1;

type Written = readonly { readonly chunk: Buffer }[];

/** What the driver takes for a socket: its other end is the thread of an embedded database. */
export class EmbeddedStream extends Duplex {
  readonly #worker: Worker;
  readonly #onMessage = (message: FromEmbeddedThread): void => {
    if (message instanceof Uint8Array) {
      this.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    }
  };
  readonly #onExit = (): void => {
    this.destroy(new Error('the thread of the embedded database has ended'));
  };

  /** @param worker - which lives longer than the stream, or takes it along */
  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    worker.on('message', this.#onMessage);
    worker.once('exit', this.#onExit);
  }

  /** Called by the driver, as on a socket. */
  connect(): this {
    // Of a thread that has ended no event comes any more.
    if (this.#worker.threadId === ENDED) queueMicrotask(this.#onExit);
    else queueMicrotask(() => this.emit('connect'));
    return this;
  }

  /** Called by the driver, as on a socket. */
  setNoDelay(): this {
    return this;
  }

  /** Called by the driver, as on a socket. */
  ref(): this {
    return this;
  }

  /** Called by the driver, as on a socket. */
  unref(): this {
    return this;
  }

  override _read(): void {
    // The thread answers; there is nothing to ask for.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#post(joined([{ chunk }]));
    done();
  }

  // The driver corks the messages of one statement: they become one.
  override _writev(written: Written, done: () => void): void {
    this.#post(joined(written));
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#worker.off('message', this.#onMessage);
    this.#worker.off('exit', this.#onExit);
    this.#post('hang up');
    done(error);
  }

  #post(message: ToEmbeddedThread): void {
    this.#worker.postMessage(
      message,
      message instanceof Uint8Array ? [message.buffer as ArrayBuffer] : [],
    );
  }
}

/** Many small writes in one exact copy, which can be handed over. */
function joined(written: Written): Uint8Array {
  const bytes = new Uint8Array(written.reduce((sum, { chunk }) => sum + chunk.length, 0));
  let offset = 0;
  for (const { chunk } of written) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
