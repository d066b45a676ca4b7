import { threadId } from 'node:worker_threads';
import { ContextSnapshot } from '@waybill/context';
import type { Hop } from '@waybill/protocol';

/** The borders a job crossed, with the context seen behind each; empty where the job did not ask for it. */
export class JobTrail {
  readonly #wanted: boolean;
  readonly #submittedMs: number;
  readonly #hops: Hop[] = [];

  constructor(wanted: boolean, submittedMs: number) {
    this.#wanted = wanted;
    this.#submittedMs = submittedMs;
  }

  /** Adds a hop in this thread; called in the context it reports. */
  here(kind: Hop['kind'], startedMs: number, more: { name?: string; tookMs?: number } = {}): void {
    if (!this.#wanted) return;
    const context = ContextSnapshot.capture().describe();
    const atMs = startedMs - this.#submittedMs;
    this.#hops.push({ kind, where: `thread ${threadId}`, threadId, context, atMs, ...more });
  }

  /** All hops in the order of time, those of the pool thread included; undefined where none were wanted. */
  with(hops: readonly Hop[]): readonly Hop[] | undefined {
    if (!this.#wanted) return undefined;
    return [...this.#hops, ...hops].toSorted((one, other) => one.atMs - other.atMs);
  }
}
