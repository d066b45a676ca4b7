import { type Limits, makeError } from '@waybill/protocol';

/** Whether a log line may be kept that so many come before: one more than the limit is the marker that says so. */
export function isLineWithin(lineCount: number, { logLines }: Limits): boolean {
  return lineCount <= logLines;
}

/**
 * Counts what an attempt sends to the submitting thread. Its realm and its thread counted before; this is in case a guest
 * got hold of its process.
 */
export class TrafficCount {
  readonly #limits: Limits;
  #callCount = 0;
  #callsUnderWay = 0;
  #lineCount = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @throws `ERR_WAYBILL_HOST_CALL_LIMIT` */
  callBegins(): void {
    const { hostCalls, concurrentHostCalls } = this.#limits;
    if (this.#callCount >= hostCalls || this.#callsUnderWay >= concurrentHostCalls) {
      const words = 'the job made more host calls than it may, in all or at once';
      throw makeError('ERR_WAYBILL_HOST_CALL_LIMIT', words);
    }
    this.#callCount += 1;
    this.#callsUnderWay += 1;
  }

  callEnds(): void {
    this.#callsUnderWay -= 1;
  }

  /** Counts a log line. @returns whether it may still be told */
  line(): boolean {
    const isWithin = isLineWithin(this.#lineCount, this.#limits);
    this.#lineCount += 1;
    return isWithin;
  }
}
