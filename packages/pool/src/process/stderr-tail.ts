import type { Readable } from 'node:stream';

/** How much is kept, in characters. */
const keptCount = 4_096;

/** Passes on what a process writes to its standard error, and keeps the end of it: what V8 says before it aborts. */
export class StderrTail {
  #text = '';

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.#text = (this.#text + text).slice(-keptCount);
      process.stderr.write(text);
    });
  }

  get text(): string {
    return this.#text;
  }
}
