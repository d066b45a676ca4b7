import type { LogLevel, LogLine } from '@waybill/protocol';

/** The levels by the index that the kit sends. */
export const logLevels: readonly LogLevel[] = ['debug', 'log', 'info', 'warn', 'error'];

/** The longest beginning of a text that fits into a number of UTF-8 bytes, whole characters only. */
function fitting(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = maxBytes;
  // A byte of the form 10xxxxxx goes on with the character before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** What a log book is made with. */
export interface LogBookOptions {
  readonly limits: { readonly logLines: number; readonly logBytes: number };
  /** `performance.now()` when the job was submitted; line times count from it. */
  readonly sinceMs: number;
  /** Hears each line as it is kept. */
  readonly onLine?: ((line: LogLine) => void) | undefined;
}

/** What a job logged, kept up to its limits; where something had to go, the last line says so. */
export class LogBook {
  readonly lines: LogLine[] = [];
  readonly #options: LogBookOptions;
  #keptBytes = 0;
  #full = false;

  constructor(options: LogBookOptions) {
    this.#options = options;
  }

  /** Text kept, in UTF-8 bytes, without the marker. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Adds a line, as far as there is room. */
  add(level: LogLevel, text: string): void {
    if (this.#full) return;
    const { logLines, logBytes } = this.#options.limits;
    if (this.lines.length >= logLines) {
      this.#full = true;
      return this.#write('warn', `[log cut off: more than ${logLines} lines]`);
    }
    const kept = fitting(text, logBytes - this.#keptBytes);
    this.#keptBytes += Buffer.byteLength(kept);
    if (kept.length === text.length) return this.#write(level, kept);
    this.#full = true;
    return this.#write('warn', `${kept}[log cut off: more than ${logBytes} bytes]`);
  }

  #write(level: LogLevel, text: string): void {
    const atMs = performance.now() - this.#options.sinceMs;
    const line: LogLine = { seq: this.lines.length, atMs, level, text };
    this.lines.push(line);
    this.#options.onLine?.(line);
  }
}
