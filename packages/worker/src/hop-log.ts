import { ContextSnapshot } from '@waybill/context';
import type { AttemptMessage, ContextEntries, Hop } from '@waybill/protocol';

/** The borders one attempt crossed in this thread, with the context seen behind each. */
export class HopLog {
  readonly hops: Hop[] = [];
  readonly #message: AttemptMessage;
  readonly #threadId: number;
  #realmId: string | undefined;

  constructor(message: AttemptMessage, threadId: number) {
    this.#message = message;
    this.#threadId = threadId;
  }

  /** The worker: called in the rebound context, which is what it reports. */
  worker(): void {
    this.#add('worker', `thread ${this.#threadId}`, performance.now(), seenHere);
  }

  /** The isolate: what the guest says it sees. */
  isolate(realmId: string, seen: ContextEntries): void {
    this.#realmId = `${this.#threadId}:${realmId}`;
    this.#add('isolate', `realm ${this.#realmId}`, performance.now(), () => seen);
  }

  /** A host function of this thread: called in the context it ran in. */
  hostCall(name: string, startedMs: number, tookMs: number): void {
    this.#add('host call', `thread ${this.#threadId}`, startedMs, seenHere, { name, tookMs });
  }

  #add(
    kind: Hop['kind'],
    where: string,
    atMs: number,
    seen: () => ContextEntries,
    more: { readonly name?: string; readonly tookMs?: number } = {},
  ): void {
    const { trail, submittedMs } = this.#message;
    if (!trail) return;
    const realm = this.#realmId === undefined ? {} : { realmId: this.#realmId };
    const since = { threadId: this.#threadId, ...realm, context: seen(), atMs: atMs - submittedMs };
    this.hops.push({ kind, where, ...since, ...more });
  }
}

const seenHere = (): ContextEntries => ContextSnapshot.capture().describe();
