import type { ErrorStacks } from './errors.ts';

/** A value that JSON can hold without loss. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * An error as plain data: what crosses between threads and into stores. Only strings, numbers,
 * booleans, arrays and plain objects, at most as many and as long as {@link errorWireLimits} says.
 */
export interface ErrorWire {
  /**
   * `waybill`: an error of ours; `error`: somebody else's error; `thrown`: a thrown value that was
   * no error.
   */
  readonly kind: 'waybill' | 'error' | 'thrown';
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  /** Only with kind `waybill`. */
  readonly stackOf?: ErrorStacks;
  /** Only with kind `waybill`: the part of the details that JSON can hold. */
  readonly details?: { readonly [key: string]: JsonValue };
  readonly cause?: ErrorWire;
  /** The errors of an AggregateError. */
  readonly errors?: readonly ErrorWire[];
}

/**
 * How much of an error crosses; what is longer is cut and marked, what is more is left out. Lengths
 * in UTF-16 code units.
 */
export interface ErrorWireLimits {
  readonly nameChars: number;
  readonly codeChars: number;
  readonly messageChars: number;
  /** Of each stack. */
  readonly stackChars: number;
  /** Length of the chain of causes. */
  readonly causeCount: number;
  /** Errors of one AggregateError. */
  readonly aggregateErrorsCount: number;
  /** All errors of one wire, causes and aggregated ones together. */
  readonly totalErrorsCount: number;
  /** Each string in the details. */
  readonly detailChars: number;
  /** Values in the details of one error, nested ones included. */
  readonly detailValuesCount: number;
  /** Nesting of the details. */
  readonly detailDepth: number;
}

/** The limits both directions enforce. */
export const errorWireLimits: ErrorWireLimits = Object.freeze({
  nameChars: 128,
  codeChars: 128,
  messageChars: 8_192,
  stackChars: 16_384,
  causeCount: 8,
  aggregateErrorsCount: 16,
  totalErrorsCount: 64,
  detailChars: 2_048,
  detailValuesCount: 256,
  detailDepth: 4,
});
