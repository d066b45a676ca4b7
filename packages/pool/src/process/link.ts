import type { Duplex } from 'node:stream';

/** Longest message, in bytes, that is taken from the other side. */
const maxMessageBytes = 512 * 2 ** 20;

/** Bytes of the number that says how long what is behind it is. */
const headBytes = 4;

/** Texts that there may be beside a message. */
const maxTextCount = 4;

// The first text beside a message is bytes, one a character: as UTF-8 those would take twice the room, there and in memory.
const encodingOf = (index: number): 'latin1' | 'utf8' => (index === 1 ? 'latin1' : 'utf8');

/** Who hears of a {@link Link}. */
export interface LinkListener {
  /** A message came: JSON of any shape, and the texts beside it. */
  message(message: unknown, texts: readonly string[]): void;
  /** What came is no message; nothing more is read. */
  garbage(why: string): void;
  /** The other side is gone. */
  closed(): void;
}

/**
 * JSON messages between two processes over a pipe. What may be large, or need not be read by who hands it on, goes as a
 * text beside the JSON; no character of the first one is above 0xff. A message is its length, then the JSON and each text behind
 * its own.
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
  send(message: unknown, texts: readonly string[] = []): void {
    if (this.#isOver || !this.#stream.writable) return;
    const all = [JSON.stringify(message), ...texts];
    const lengths = all.map((text, index) => Buffer.byteLength(text, encodingOf(index)));
    const bytes = lengths.reduce((sum, length) => sum + headBytes + length, 0);
    const frame = Buffer.allocUnsafe(headBytes + bytes);
    let at = frame.writeUInt32LE(bytes);
    for (const [index, text] of all.entries()) {
      at = frame.writeUInt32LE(lengths[index] ?? 0, at);
      at += frame.write(text, at, encodingOf(index));
    }
    this.#stream.write(frame);
    if (!this.#isHolding) this.#hold();
  }

  /** Ends it, from this side. */
  destroy(): void {
    this.#stream.destroy();
  }

  // The first message of a turn of the loop goes at once. Those behind it go out in one write: that wakes the other side up, which
  // costs more than a message.
  #hold(): void {
    this.#isHolding = true;
    this.#stream.cork();
    setImmediate(() => {
      this.#isHolding = false;
      this.#stream.uncork();
    });
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
    let texts: string[];
    try {
      const [json = '', ...others] = readTexts(body);
      message = JSON.parse(json);
      texts = others;
    } catch (error) {
      this.#giveUp(String(error));
      return false;
    }
    this.#listener.message(message, texts);
    return !this.#isOver;
  }

  #giveUp(why: string): void {
    this.#isOver = true;
    this.#received = [];
    this.#listener.garbage(why);
  }
}

function readTexts(body: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < body.length;) {
    const start = at + headBytes;
    // Beyond the body it throws, as `readUInt32LE` does.
    const end = start + body.readUInt32LE(at);
    if (end > body.length) throw new RangeError('a text that goes beyond its message');
    if (texts.length > maxTextCount) throw new RangeError('a message with too many texts');
    texts.push(body.toString(encodingOf(texts.length), start, end));
    at = end;
  }
  return texts;
}
