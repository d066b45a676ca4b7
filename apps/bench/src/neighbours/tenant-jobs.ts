import { isDeepStrictEqual } from 'node:util';
import { type Orchestrator, unwrap } from '@waybill/orchestrator';
import { WrongAnswer } from '../lanes/lane.ts';
import type { CallBook } from '../method/call-book.ts';
import { source, tenant } from './tenant-lane.ts';

/** Small jobs, each of another tenant and in its context. */
export class TenantJobs {
  readonly #book: CallBook;
  readonly #waybill: Orchestrator;
  #heapBytes = 0;
  #count = 0;

  constructor(book: CallBook, waybill: Orchestrator) {
    this.#book = book;
    this.#waybill = waybill;
  }

  /** Heap in use of the isolates of all jobs so far, when they settled. */
  get meanHeapBytes(): number {
    return this.#heapBytes / this.#count;
  }

  /** Runs the job of a tenant. @returns how long it took, in ms */
  async run(number: number): Promise<number> {
    const name = `tenant-${number}`;
    const startMs = performance.now();
    const job = { tenant: name, source, input: { number } };
    const outcome = await tenant.run(name, () => this.#waybill.run(job));
    const tookMs = performance.now() - startMs;
    this.#book.count();
    try {
      const got = unwrap(outcome);
      const expected = [name, name, number];
      if (!isDeepStrictEqual(got, expected)) throw new WrongAnswer(expected, got);
    } catch (error) {
      this.#book.fail(error);
    }
    this.#heapBytes += outcome.bill.heapBytes;
    this.#count += 1;
    return tookMs;
  }
}
