import { ContextSnapshot } from '@waybill/context';
import type { AttemptMessage, ContextEntries, Hop } from '@waybill/protocol';

/** The borders one attempt crossed in this thread, with the context seen behind each; empty where none are wanted. */
export class HopLog {
  readonly hops: Hop[] = [];
  readonly #message: AttemptMessage;
  readonly #threadId: number;
  #realm: { readonly realmId?: string } = {};

  constructor(message: AttemptMessage, threadId: number) {
    this.#message = message;
    this.#threadId = threadId;
  }

  /** The worker: called in the rebound context, which is what it reports. */
  worker(): void {
    this.#add(performance.now(), { kind: 'worker', ...this.#here() });
  }

  /** The isolate: what the guest says it sees. */
  isolate(realm: string, context: ContextEntries): void {
    const realmId = `${this.#threadId}:${realm}`;
    this.#realm = { realmId };
    this.#add(performance.now(), { kind: 'isolate', where: `realm ${realmId}`, context });
  }

  /** A host function of this thread: called in the context it ran in. */
  hostCall(name: string, startedMs: number, tookMs: number): void {
    this.#add(startedMs, { kind: 'host call', ...this.#here(), name, tookMs });
  }

  #here(): Pick<Hop, 'where' | 'context'> {
    const context = this.#message.trail ? ContextSnapshot.capture().describe() : [];
    return { where: `thread ${this.#threadId}`, context };
  }

  #add(atMs: number, hop: Omit<Hop, 'threadId' | 'atMs'>): void {
    const { trail, submittedMs } = this.#message;
    if (!trail) return;
    this.hops.push({ ...hop, threadId: this.#threadId, ...this.#realm, atMs: atMs - submittedMs });
  }
}
