import { appendFile, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CrashReport } from '@waybill/protocol';
import { describe, refusal } from '@waybill/protocol/parse';

/** Lines that may wait for a slow disk; those beyond are dropped. */
const maxPendingCount = 1_000;

// Not for every user of the machine: what a process wrote last may hold anything.
const fileMode = 0o600;

/** The file of crash reports: a line of JSON for each. Writing is never waited for and never fails anything. */
export class CrashLog implements AsyncDisposable {
  readonly #path: string;
  readonly #warned: Set<string> = new Set();
  #pendingCount = 0;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Opens the log; the file is made where there is none.
   *
   * @throws `ERR_WAYBILL_INVALID_OPTIONS` where nothing can be appended to it
   */
  static async open(path: string): Promise<CrashLog> {
    const absolute = resolve(path);
    try {
      await (await open(absolute, 'a', fileMode)).close();
    } catch (error) {
      const expected = 'the path of a file that can be appended to';
      const got = `${describe(path)} (${codeOf(error)})`;
      const subject = { name: 'options', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;
      throw refusal(subject, [{ path: 'processes.crashLog', expected, got }]);
    }
    return new CrashLog(absolute);
  }

  /** Appends a report after those before it. What cannot be written is lost, with a warning for each kind of failure. */
  append(report: CrashReport): void {
    if (this.#pendingCount >= maxPendingCount) return this.#warn('too many wait to be written');
    this.#pendingCount += 1;
    this.#written = this.#written.then(() => this.#write(`${JSON.stringify(report)}\n`));
  }

  /** Resolves when all that was appended is written, or lost. */
  flush(): Promise<void> {
    return this.#written;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.flush();
  }

  async #write(line: string): Promise<void> {
    try {
      await appendFile(this.#path, line, { mode: fileMode });
    } catch (error) {
      this.#warn(codeOf(error));
    } finally {
      this.#pendingCount -= 1;
    }
  }

  #warn(why: string): void {
    if (this.#warned.has(why)) return;
    this.#warned.add(why);
    const words = `crash reports are lost, ${this.#path} cannot be written: ${why}`;
    process.emitWarning(words, 'WaybillWarning');
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
