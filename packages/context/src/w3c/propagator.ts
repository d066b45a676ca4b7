import type { ContextSnapshot } from '../context-snapshot.ts';

/** Writes one field into a carrier, for example a header into a request. */
export interface TextMapSetter<Carrier> {
  set(carrier: Carrier, key: string, value: string): void;
}

/** Reads fields out of a carrier. */
export interface TextMapGetter<Carrier> {
  /** The names of the fields that are there. */
  keys(carrier: Carrier): readonly string[];
  /** One field, or all its occurrences in their order. */
  get(carrier: Carrier, key: string): string | readonly string[] | undefined;
}

/**
 * Moves context between the current async context and text fields. As OpenTelemetry's TextMapPropagator
 * ({@link https://opentelemetry.io/docs/specs/otel/context/api-propagators/}), but without a context parameter: the
 * current async context is the context.
 */
export interface TextMapPropagator {
  /** The fields that `inject` may write. */
  fields(): readonly string[];
  /** Writes what the current context holds into `carrier`. */
  inject<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>): void;
  /**
   * Gives the current context plus what `carrier` holds. Invalid fields are dropped, never thrown. Fields from outside
   * are claims, not facts: extract at an edge that may be believed.
   */
  extract<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): ContextSnapshot;
}

/** Headers as `node:http` gives them: lower-case names. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads a {@link HeaderRecord}, its own properties only. */
export const headersGetter: TextMapGetter<HeaderRecord> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, key) => (Object.hasOwn(headers, key) ? headers[key] : undefined),
};

/** Writes into a plain record of headers. */
export const headersSetter: TextMapSetter<Record<string, string>> = {
  set: (headers, key, value) => {
    headers[key] = value;
  },
};

/** Reads a list field; its occurrences become one. Gives `undefined` when it is absent or longer than `maxChars`. */
export function readList(
  field: string | readonly string[] | undefined,
  maxChars: number,
): string | undefined {
  if (field === undefined || typeof field === 'string') {
    return field === undefined || field.length > maxChars ? undefined : field;
  }
  // Measured before it is joined: the joined text may be what exhausts the memory.
  const chars = field.reduce((sum, part) => sum + part.length + 1, -1);
  return chars < 0 || chars > maxChars ? undefined : field.join(',');
}
