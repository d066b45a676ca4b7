import { badAnswer } from './bad-answer.ts';

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Loose<T> = { [Key in keyof T]: object extends Pick<T, Key> ? T[Key] | undefined : T[Key] };

/** Leaves out what is `undefined`: what the service did not say is absent. */
export function present<T extends object>(fields: Loose<T>): T {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}

/** The fields of an object in an answer. Each method throws `ERR_WAYBILL_BAD_ANSWER` for a field of another type. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /** @param path - where in the answer, for the error */
  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw badAnswer(`${path} is no object`, { path });
    this.#fields = value;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** The field as it came. */
  raw(name: string): unknown {
    return this.#fields[name];
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : this.#fail(name, 'text');
  }

  number(name: string): number {
    const value = this.#fields[name];
    return typeof value === 'number' ? value : this.#fail(name, 'a number');
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  /** A moment that was written by RFC 3339, in ms since 1970. */
  timeMs(name: string): number {
    const ms = Date.parse(this.text(name));
    return Number.isNaN(ms) ? this.#fail(name, 'a date and time') : ms;
  }

  /** One of some words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#fields[name];
    const word = words.find((each) => each === value);
    return word ?? this.#fail(name, `one of ${words.join(', ')}`);
  }

  /** An object. */
  fields(name: string): Fields {
    return new Fields(this.#fields[name], `${this.#path}.${name}`);
  }

  list<T>(name: string, read: (item: unknown, path: string) => T): T[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#fail(name, 'a list');
    return value.map((item, index) => read(item, `${this.#path}.${name}[${index}]`));
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  optionalTimeMs(name: string): number | undefined {
    return this.has(name) ? this.timeMs(name) : undefined;
  }

  /** What `read` makes of the field, or `undefined` where there is none. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  #fail(name: string, expected: string): never {
    const path = `${this.#path}.${name}`;
    throw badAnswer(`${path} is not ${expected}`, { path });
  }
}
