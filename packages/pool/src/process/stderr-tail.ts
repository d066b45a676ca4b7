import type { Readable } from 'node:stream';

/** How much is kept, in characters. */
const keptCount = 4_096;

/** How much is passed on in all, in characters: nobody may fill the log of the submitting process. */
const passedCount = 1_000_000;

/** Passes on what a process writes to its standard error, and keeps the end of it: what V8 says before it aborts. */
export class StderrTail {
  #text = '';
  #passedCount = 0;

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.#text = (this.#text + text).slice(-keptCount);
      if (this.#passedCount > passedCount) return;
      this.#passedCount += text.length;
      process.stderr.write(text);
      if (this.#passedCount > passedCount)
        process.stderr.write('\n[a pool process writes too much: the rest is dropped]\n');
    });
  }

  get text(): string {
    return this.#text;
  }
}
