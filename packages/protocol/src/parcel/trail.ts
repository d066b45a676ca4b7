/**
 * Where a writer is in a value: one object for each level that is open, whose key moves along.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms.
 */
export class Trail {
  /** The member being written; an index or a name. */
  key: string | number;
  /** How many levels are open above this one. */
  readonly depth: number;
  readonly #above: Trail | undefined;

  constructor(key: string | number, above: Trail | undefined) {
    this.key = key;
    this.depth = above === undefined ? 0 : above.depth + 1;
    this.#above = above;
  }

  /** The whole way in words, as `$.items[3].name`; long names and deep levels are cut. */
  text(): string {
    const { key } = this;
    if (this.#above === undefined) return `${key}`;
    const above = this.#above.text();
    if (above.length > 200) return above;
    if (typeof key === 'number') return `${above}[${key}]`;
    return `${above}.${key.length > 40 ? '(long key)' : key}`;
  }
}
