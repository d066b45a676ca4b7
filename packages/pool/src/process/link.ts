import type { Duplex } from 'node:stream';

/** Longest message, in bytes, that is taken from the other side. */
const maxMessageBytes = 512 * 2 ** 20;

/** Bytes of the number that says how long the message behind it is. */
const headBytes = 4;

/** Who hears of a {@link Link}. */
export interface LinkListener {
  /** A message came: JSON of any shape. */
  message(message: unknown): void;
  /** What came is no message; nothing more is read. */
  garbage(why: string): void;
  /** The other side is gone. */
  closed(): void;
}

/**
 * JSON messages between two processes over a pipe, each behind its length.
 *
 * Not Node's own channel: what that cannot parse is an uncaught exception of the process that reads it, and it keeps a line
 * without an end for ever. Here the other side may send what it likes.
 */
export class Link {
  readonly #stream: Duplex;
  readonly #listener: LinkListener;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #isOver = false;
  #isHolding = false;

  constructor(stream: Duplex, listener: LinkListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    // What failed is followed by `close`, and there is nobody to tell more.
    stream.on('error', () => this.#close());
    stream.on('close', () => this.#close());
    stream.on('end', () => this.#close());
  }

  /** Bytes that wait for the other side to read. */
  get queuedBytes(): number {
    return this.#stream.writableLength;
  }

  /** Sends plain data. What is sent to a side that is gone is lost. */
  send(message: unknown): void {
    if (this.#isOver || !this.#stream.writable) return;
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(headBytes + bytes);
    frame.writeUInt32LE(bytes);
    frame.write(text, headBytes);
    this.#stream.write(frame);
    if (this.#isHolding) return;
    // The first message goes at once; what is sent after it in the same turn of the loop goes out in one write.
    this.#isHolding = true;
    this.#stream.cork();
    process.nextTick(() => {
      this.#isHolding = false;
      this.#stream.uncork();
    });
  }

  /** Ends it, from this side. */
  destroy(): void {
    this.#stream.destroy();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#received = [];
    this.#listener.closed();
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined) return;
      if (length > maxMessageBytes) return this.#giveUp(`a message of ${length} bytes`);
      if (this.#receivedBytes < headBytes + length) return;
      const all = this.#joined();
      this.#received = [all.subarray(headBytes + length)];
      this.#receivedBytes -= headBytes + length;
      if (!this.#deliver(all.subarray(headBytes, headBytes + length))) return;
    }
  }

  #nextLength(): number | undefined {
    if (this.#receivedBytes < headBytes) return undefined;
    const [first] = this.#received;
    const head = first !== undefined && first.length >= headBytes ? first : this.#joined();
    return head.readUInt32LE(0);
  }

  // Joined once a message is complete, and for a head that came in two: each byte is copied once.
  #joined(): Buffer {
    const [first] = this.#received;
    const all =
      this.#received.length === 1 && first !== undefined ? first : Buffer.concat(this.#received);
    this.#received = [all];
    return all;
  }

  #deliver(body: Buffer): boolean {
    let message: unknown;
    try {
      message = JSON.parse(body.toString());
    } catch (error) {
      this.#giveUp(String(error));
      return false;
    }
    this.#listener.message(message);
    return !this.#isOver;
  }

  #giveUp(why: string): void {
    this.#isOver = true;
    this.#received = [];
    this.#listener.garbage(why);
  }
}
