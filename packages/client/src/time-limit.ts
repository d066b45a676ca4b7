import { makeError, type WaybillError } from '@waybill/protocol';
import type { Pace } from './pace.ts';

/** What bounds a call. */
export interface TimeLimitOptions {
  readonly timeoutMs: number;
  /** Of the caller. */
  readonly signal: AbortSignal | undefined;
  readonly pace: Pace;
}

/** The time of one call, its repetitions included, and the caller's wish to end it. Whoever makes it disposes it. */
export class TimeLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #options: TimeLimitOptions;
  readonly #startedAtMs: number;

  /** Starts the clock. */
  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#startedAtMs = options.pace.now();
    this.#timer = setTimeout(this.#abort, options.timeoutMs);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
    if (options.signal?.aborted) this.#abort();
  }

  /** Aborts when the time is over or the caller has had enough. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is left, in ms. */
  get remainingMs(): number {
    const { pace, timeoutMs } = this.#options;
    return Math.max(0, this.#startedAtMs + timeoutMs - pace.now());
  }

  /** The error of a call that the signal ended. @param url - of the service */
  toError(url: string): WaybillError {
    const { signal, timeoutMs } = this.#options;
    if (signal?.aborted) return cancelled(signal);
    const message = `the service at ${url} did not answer within ${timeoutMs} ms`;
    return makeError('ERR_WAYBILL_SERVICE_UNREACHABLE', message, { details: { url, timeoutMs } });
  }

  /** Stops the clock and lets go of the caller's signal. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort();
}

/** The error of a call whose caller aborted it. */
export function cancelled(signal: AbortSignal): WaybillError {
  const cause: unknown = signal.reason;
  return makeError('ERR_WAYBILL_CANCELLED', 'the call was ended by its signal', { cause });
}
