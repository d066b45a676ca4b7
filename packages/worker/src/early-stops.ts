import type { WaybillError } from '@waybill/protocol';

/** At least as many as one thread may be given at once. */
const maxCount = 1_024;

/**
 * Orders to stop attempts that are not here yet. Orders and attempts come over two ports, and neither waits for the
 * other. An order for an attempt that is over stays until newer ones push it out: its number is never used again.
 */
export class EarlyStops {
  readonly #errors: Map<number, WaybillError> = new Map();

  get size(): number {
    return this.#errors.size;
  }

  keep(attemptId: number, error: WaybillError): void {
    this.#errors.set(attemptId, error);
    for (const oldest of this.#errors.keys()) {
      if (this.#errors.size <= maxCount) return;
      this.#errors.delete(oldest);
    }
  }

  /** Why an attempt is to stop at once, if it is. */
  take(attemptId: number): WaybillError | undefined {
    const error = this.#errors.get(attemptId);
    this.#errors.delete(attemptId);
    return error;
  }
}
