import type { GuestMessage } from '../kit/kit-types.ts';
import { type RealmListener, programKey } from './guest-realm.ts';

/** Who hears what the kit of one realm tells: its jobs, each under a key of its own. */
export class RealmListeners {
  readonly #listeners: Map<number, RealmListener> = new Map();
  #lastKey: number = programKey;

  /** Jobs that listen. */
  get jobCount(): number {
    return this.#listeners.size - (this.#listeners.has(programKey) ? 1 : 0);
  }

  /** Gives a job its key. */
  join(listener: RealmListener): number {
    const key = ++this.#lastKey;
    this.#listeners.set(key, listener);
    return key;
  }

  leave(key: number): void {
    this.#listeners.delete(key);
  }

  /** Hands a message to whom it is for, if that one still listens. */
  hand(message: GuestMessage): void {
    // By number: it may be an array of a guest's realm, and to take it apart would ask that realm how.
    this.#listeners.get(message[1])?.message({
      kind: message[0],
      id: message[2],
      n: message[3],
      a: message[4],
      b: message[5],
    });
  }

  /** Tells the job of a key of a promise that was rejected and that nobody handled. */
  stray(key: number, reason: unknown): void {
    this.#listeners.get(key)?.stray?.(reason);
  }

  /** See `GuestRealm.onProgram`. */
  onProgram(heard: (failure: string | undefined) => void, lost: () => void): void {
    this.#listeners.set(programKey, {
      message: ({ kind, a }) => {
        this.#listeners.delete(programKey);
        heard(kind === 'load-failed' ? a : undefined);
      },
      lost,
    });
  }

  clear(): void {
    this.#listeners.clear();
  }

  /** Tells all that the realm is gone, once. */
  lost(): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }
}
