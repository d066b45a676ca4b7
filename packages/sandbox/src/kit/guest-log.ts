import type { ErrorDesk } from './error-desk.ts';
import type { KitJob } from './kit-job.ts';
import type { KitPrimordials } from './kit-primordials.ts';
import type { SendToHost } from './kit-types.ts';

/**
 * Puts log lines into words and sends them, as far as the limits of their job let it; the host cuts exactly, in
 * bytes.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class GuestLog {
  readonly #p: KitPrimordials;
  readonly #errors: ErrorDesk;
  readonly #send: SendToHost;
  // In the order of `logLevels` on the host.
  readonly #levels = ['debug', 'log', 'info', 'warn', 'error'];

  constructor(p: KitPrimordials, errors: ErrorDesk, send: SendToHost) {
    this.#p = p;
    this.#errors = errors;
    this.#send = send;
  }

  /** A job's `log`, with a function for each level. */
  functionFor(job: KitJob): object {
    const log = (...values: unknown[]): void => this.#write(job, 1, values);
    for (let level = 0; level < this.#levels.length; level++) {
      const at = (...values: unknown[]): void => this.#write(job, level, values);
      this.#p.put(log, this.#levels[level] as string, this.#p.freeze(at), false);
    }
    return this.#p.freeze(log);
  }

  /** Replaces the realm's `console`, which does nothing, by one whose lines go to the current job's log. */
  installConsole(currentJob: () => KitJob | undefined): void {
    const console: Record<string, unknown> = {};
    const levelOf = { debug: 0, log: 1, info: 2, warn: 3, error: 4, trace: 0, dir: 1 };
    for (const [name, level] of Object.entries(levelOf)) {
      console[name] = (...values: unknown[]) => this.#write(currentJob(), level, values);
    }
    console['assert'] = (holds: unknown, ...values: unknown[]) => {
      if (!holds) this.line(currentJob(), 4, `Assertion failed ${this.#inspectAll(values, 4096)}`);
    };
    Object.defineProperty(globalThis, 'console', {
      value: console,
      writable: true,
      configurable: true,
    });
  }

  /** Sends one line of a job that is not over. */
  line(job: KitJob | undefined, level: number, text: string): void {
    if (job === undefined || job.ended) return;
    const { logLines, maxChars } = job.settings;
    // One line or character too many is sent, so that the host sees that something was cut off.
    if (job.logLineCount > logLines || job.logChars > maxChars.log) return;
    const line = this.#p.slice(text, 0, maxChars.log + 1 - job.logChars);
    job.logLineCount += 1;
    job.logChars += line.length;
    this.#send('log', job.key, 0, level, line, '');
  }

  #write(job: KitJob | undefined, level: number, values: unknown[]): void {
    if (job === undefined || job.ended) return;
    this.line(job, level, this.#inspectAll(values, job.settings.maxChars.log));
  }

  #inspectAll(values: unknown[], mostChars: number): string {
    let text = '';
    for (let index = 0; index < values.length && text.length <= mostChars; index++) {
      text += (index === 0 ? '' : ' ') + this.#inspect(values[index]);
    }
    return text;
  }

  #inspect(value: unknown): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object' || value === null) return this.#p.textOf(value);
    try {
      const { stack } = value as { stack?: unknown };
      if (typeof stack === 'string')
        return this.#errors.guestFrames(this.#p.slice(stack, 0, 16_384));
      // An error without a stack: its frames are not kept in this realm.
      if (this.#p.classOf(value) === '[object Error]') {
        const { name, message } = this.#p.parse(this.#errors.describe(value)) as Error;
        return `${name}: ${message}`;
      }
      const text: string | undefined = this.#p.stringify(value);
      // Where a toJSON gave undefined, so is the text.
      return text ?? this.#p.classOf(value);
    } catch {
      return this.#classOf(value);
    }
  }

  // Cycles, BigInts and hostile getters: the class is still worth a line, where it can be had.
  #classOf(value: object): string {
    try {
      return this.#p.classOf(value);
    } catch {
      return '[an object that cannot be read]';
    }
  }
}
