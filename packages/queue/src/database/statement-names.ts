// More than there are here. Each costs the server some ten kilobytes a connection.
const maxCount = 200;

/** Gives the statements of one connection the names by which it keeps them prepared. */
export class StatementNames {
  readonly #byText = new Map<string, string>();
  readonly #connection: number;
  #count = 0;

  /** @param connection - no other's: those to an embedded database, one after the other, are one session, which keeps what it has */
  constructor(connection: number) {
    this.#connection = connection;
  }

  /** Gives a text its name, the same each time; `undefined` once there are too many: the statement is not kept then. */
  nameOf(text: string): string | undefined {
    const known = this.#byText.get(text);
    if (known !== undefined || this.#count >= maxCount) return known;
    this.#count += 1;
    const name = `waybill_${this.#connection}_${this.#count}`;
    this.#byText.set(text, name);
    return name;
  }

  /** Gives a text another name next time. */
  forget(text: string): void {
    this.#byText.delete(text);
  }
}
