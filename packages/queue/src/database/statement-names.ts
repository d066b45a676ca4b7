// More than there are here. Each costs every connection of the server some ten kilobytes.
const maxCount = 200;

/** Gives the statements of one database their names, by which connections keep them prepared. */
export class StatementNames {
  readonly #byText = new Map<string, string>();

  /** Gives a text its name, the same each time; `undefined` once there are too many: the statement is not kept then. */
  nameOf(text: string): string | undefined {
    const known = this.#byText.get(text);
    if (known !== undefined || this.#byText.size >= maxCount) return known;
    const name = `waybill_${this.#byText.size + 1}`;
    this.#byText.set(text, name);
    return name;
  }
}
