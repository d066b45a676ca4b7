import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { FromEmbeddedThread, ToEmbeddedThread } from './embedded-messages.ts';

const ENDED = -1;

type Written = readonly { readonly chunk: Buffer }[];

/** What the driver takes for a socket: its other end is the thread of an embedded database. */
export class EmbeddedStream extends Duplex {
  readonly #worker: Worker;
  readonly #connection: number;
  readonly #onMessage = (message: FromEmbeddedThread): void => {
    if (typeof message !== 'object' || !('bytes' in message)) return;
    const { connection, bytes } = message;
    if (connection !== this.#connection) return;
    this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  };
  readonly #onExit = (): void => {
    this.destroy(new Error('the thread of the embedded database has ended'));
  };

  /**
   * @param worker - which lives longer than the stream, or takes it along
   * @param connection - a number that no other stream of this worker has
   */
  constructor(worker: Worker, connection: number) {
    super();
    this.#worker = worker;
    this.#connection = connection;
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
    this.#send(joined([{ chunk }]));
    done();
  }

  // The driver corks the messages of one statement: they become one.
  override _writev(written: Written, done: () => void): void {
    this.#send(joined(written));
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

  #send(bytes: Uint8Array): void {
    this.#post({ connection: this.#connection, bytes }, [bytes.buffer as ArrayBuffer]);
  }

  #post(message: ToEmbeddedThread, handedOver: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, handedOver);
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
