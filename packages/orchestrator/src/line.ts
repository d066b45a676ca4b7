interface Link<Item> {
  readonly item: Item;
  before: Link<Item> | undefined;
  after: Link<Item> | undefined;
}

/**
 * Items in the order in which they came; one can be taken out from anywhere at a cost that does not grow with the line,
 * which no array can, and neither can a `Set` whose front is taken out again and again.
 */
export class Line<Item> implements Iterable<Item> {
  readonly #links: Map<Item, Link<Item>> = new Map();
  #first: Link<Item> | undefined;
  #last: Link<Item> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get first(): Item | undefined {
    return this.#first?.item;
  }

  /** Puts an item at the end; one that stands in the line already goes there from where it stood. */
  push(item: Item): void {
    this.delete(item);
    const link: Link<Item> = { item, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#links.set(item, link);
  }

  /** Takes an item out. @returns whether it was there */
  delete(item: Item): boolean {
    const link = this.#links.get(item);
    if (link === undefined) return false;
    const { before, after } = link;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    return this.#links.delete(item);
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let link = this.#first; link !== undefined; link = link.after) yield link.item;
  }
}
