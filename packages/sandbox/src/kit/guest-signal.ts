import type { ErrorDesk } from './error-desk.ts';
import type { KitPrimordials } from './kit-primordials.ts';

type Listener = (event: object) => unknown;

/**
 * A job's `signal`: the part of AbortSignal that code commonly uses.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class GuestSignal {
  /** What the guest gets. */
  readonly object: object;
  readonly #p: KitPrimordials;
  readonly #errors: ErrorDesk;
  readonly #attempt: (what: string, fn: Listener, args: unknown[]) => void;
  readonly #listeners: Map<unknown, boolean>;
  #reason: Error | undefined;

  constructor(
    p: KitPrimordials,
    errors: ErrorDesk,
    attempt: (what: string, fn: Listener, args: unknown[]) => void,
  ) {
    this.#p = p;
    this.#errors = errors;
    this.#attempt = attempt;
    this.#listeners = p.makeMap() as Map<unknown, boolean>;
    this.object = this.#make();
  }

  /** Fires the signal, once. */
  abort(why: string): void {
    if (this.#reason !== undefined) return;
    const words = { name: 'AbortError', message: why, code: undefined, frames: '' };
    this.#reason = this.#errors.named(words);
    const event = this.#p.freeze({ __proto__: null, type: 'abort', target: this.object });
    // A guest may have put a getter there.
    const handle = (): void => {
      const { onabort } = this.object as { onabort: unknown };
      if (typeof onabort === 'function') this.#p.apply(onabort as Listener, undefined, [event]);
    };
    this.#attempt('abort listener', handle, []);
    this.#p.mapForEach(this.#listeners, (_always, listener) => this.#dispatch(listener, event));
  }

  #dispatch(listener: unknown, event: object): void {
    if (typeof listener === 'function')
      this.#attempt('abort listener', listener as Listener, [event]);
  }

  #make(): object {
    const p = this.#p;
    const listeners = this.#listeners;
    const reason = (): Error | undefined => this.#reason;
    return {
      get aborted(): boolean {
        return reason() !== undefined;
      },
      get reason(): unknown {
        return reason();
      },
      onabort: null,
      throwIfAborted(): void {
        const why = reason();
        if (why !== undefined) throw why;
      },
      addEventListener(type: unknown, listener: unknown): void {
        if (type === 'abort' && reason() === undefined) p.mapSet(listeners, listener, true);
      },
      removeEventListener(type: unknown, listener: unknown): void {
        if (type === 'abort') p.mapDelete(listeners, listener);
      },
    };
  }
}
