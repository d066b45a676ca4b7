import type { HostCalledEvent } from '@waybill/protocol';
import type { LeasedAttempt } from '@waybill/queue';
import type { Orchestrator } from '../orchestrator.ts';

/** Writes the host calls of running attempts into the histories of their jobs. */
export class HostCallNotes {
  readonly #orchestrator: Pick<Orchestrator, 'on'>;
  readonly #attempts: Map<string, LeasedAttempt> = new Map();
  #stopListening: (() => void) | undefined;

  constructor(orchestrator: Pick<Orchestrator, 'on'>) {
    this.#orchestrator = orchestrator;
  }

  /** Follows an attempt that the orchestrator knows by `id`, until what this gives is disposed. */
  follow(id: string, attempt: LeasedAttempt): Disposable {
    this.#attempts.set(id, attempt);
    // Not for as long as the orchestrator lives: where nobody listens, threads send nothing.
    this.#stopListening ??= this.#orchestrator.on('host:called', (event) => this.#note(event));
    return { [Symbol.dispose]: () => this.#forget(id) };
  }

  #note({ jobId, name, side, ok, tookMs }: HostCalledEvent): void {
    this.#attempts.get(jobId)?.note('host-call', { name, side, ok, tookMs });
  }

  #forget(id: string): void {
    this.#attempts.delete(id);
    if (this.#attempts.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}
