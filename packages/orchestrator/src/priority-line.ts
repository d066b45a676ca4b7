import { Line } from './line.ts';

/** Items of the highest priority first, those of one priority in the order in which they came. */
export class PriorityLine<Item> {
  readonly #lines: Map<number, Line<Item>> = new Map();
  // Those of the lines, highest first: a job has one of few priorities.
  #priorities: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The item whose turn it is. */
  get first(): Item | undefined {
    const [highest] = this.#priorities;
    return highest === undefined ? undefined : this.#lines.get(highest)?.first;
  }

  /** @param item - not in the line yet */
  push(item: Item, priority: number): void {
    let line = this.#lines.get(priority);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(priority, line);
      this.#priorities = [...this.#priorities, priority].toSorted((one, other) => other - one);
    }
    line.push(item);
    this.#size += 1;
  }

  /** @param priority - the one it was pushed with */
  delete(item: Item, priority: number): void {
    const line = this.#lines.get(priority);
    if (line?.delete(item) !== true) return;
    this.#size -= 1;
    if (line.size > 0) return;
    this.#lines.delete(priority);
    this.#priorities = this.#priorities.filter((each) => each !== priority);
  }
}
