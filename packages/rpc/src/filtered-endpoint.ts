import type { Endpoint } from 'comlink';

/** The part of Comlink's listener that is used. */
type Listener = (event: { readonly data: unknown }) => void;

/**
 * What Comlink gets in place of a port. Comlink hears only what {@link FilteredEndpoint.deliver} is given, and what it
 * posts goes to `post`, which decides what becomes of it. It has no port, so it holds nothing that must be closed.
 */
export class FilteredEndpoint implements Endpoint {
  readonly #post: (message: unknown) => void;
  #listener: Listener | undefined;

  constructor(post: (message: unknown) => void) {
    this.#post = post;
  }

  /** Comlink's way in: it listens once, when it is given the endpoint. */
  addEventListener(_type: string, listener: Listener): void {
    this.#listener = listener;
  }

  /** Comlink stops listening only after a RELEASE message, which is never delivered. */
  removeEventListener(): void {
    this.#listener = undefined;
  }

  /** Comlink's way out. */
  postMessage(message: unknown): void {
    this.#post(message);
  }

  /** Shows Comlink a message that has passed the filter. */
  deliver(message: unknown): void {
    this.#listener?.({ data: message });
  }
}
