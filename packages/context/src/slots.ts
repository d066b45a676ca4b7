import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The variables that are set, immutable: setting one gives a new record. A class with a private field and not a bare
 * Map, so that a logger which prints an async resource, and with it the frame, prints no value.
 */
export class SlotRecord {
  readonly #values: ReadonlyMap<object, unknown>;

  constructor(values: ReadonlyMap<object, unknown> = new Map()) {
    this.#values = values;
  }

  has(key: object): boolean {
    return this.#values.has(key);
  }

  get(key: object): unknown {
    return this.#values.get(key);
  }

  with(key: object, value: unknown): SlotRecord {
    return new SlotRecord(new Map(this.#values).set(key, value));
  }
}

/**
 * The one AsyncLocalStorage of this package. `AsyncLocalStorage.run` copies every store of the process that is set, so
 * a store for each variable would make each run slower for everybody.
 */
export const slots: AsyncLocalStorage<SlotRecord> = new AsyncLocalStorage({
  name: 'waybill.context',
});

/** The record of a context in which no variable is set. */
export const emptyRecord: SlotRecord = new SlotRecord();
