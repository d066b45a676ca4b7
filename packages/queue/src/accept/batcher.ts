import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';

/** How items are gathered and written. */
export interface BatcherOptions<Item, Result> {
  /** Writes a batch. @returns for each item, in order, its result or its own error; if it rejects, all fail with that */
  readonly write: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** How much an item adds to `maxWeight`. */
  readonly weigh: (item: Item) => number;
  readonly maxWeight: number;
  readonly maxCount: number;
  /** Batches that are written at once. */
  readonly maxWriting: number;
}

/** Writes what comes in one turn of the event loop together. While a batch is written the next one is gathered. */
export interface Batcher<Item, Result> {
  /** Gives the item's result once its batch was written. @throws `ERR_WAYBILL_CLOSED`, or what the batch or the item failed with */
  add(item: Item): Promise<Result>;
  /** Takes no more, writes what waits. Never rejects. Idempotent. */
  close(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a batcher. Whoever made it closes it. */
export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
): Batcher<Item, Result> {
  const batcher = new GatheringBatcher(options);
  return { add: (item) => batcher.add(item), close: () => batcher.close() };
}

class GatheringBatcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  readonly #writing = new Set<Promise<void>>();
  #turn: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  add(item: Item): Promise<Result> {
    if (this.#isClosed) {
      return Promise.reject(makeError('ERR_WAYBILL_CLOSED', 'the queue takes no more jobs'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    if (this.#waiting.length >= this.#options.maxCount) this.#flush();
    // A batch belongs to nobody: what it opens must not hold the context of whoever came first.
    else if (this.#hasRoom()) ContextSnapshot.root.run(() => this.#flushSoon());
    return promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#flush();
    while (this.#writing.size > 0) await Promise.race(this.#writing);
  }

  #hasRoom(): boolean {
    return this.#writing.size < this.#options.maxWriting;
  }

  #flushSoon(): void {
    this.#turn ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      const batch = this.#takeBatch();
      const writing = ContextSnapshot.root.run(() => this.#write(batch));
      this.#writing.add(writing);
      void writing.then(() => {
        this.#writing.delete(writing);
        this.#flush();
      });
    }
  }

  #takeBatch(): readonly Waiting<Item, Result>[] {
    const { weigh, maxWeight, maxCount } = this.#options;
    let weight = 0;
    const tooMuch = this.#waiting.findIndex(({ item }, index) => {
      weight += weigh(item);
      // One that is too heavy for any batch goes alone.
      return index === maxCount || (index > 0 && weight > maxWeight);
    });
    return this.#waiting.splice(0, tooMuch < 0 ? this.#waiting.length : tooMuch);
  }

  /** Never rejects. */
  async #write(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.write(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
