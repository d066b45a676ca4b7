import { errorCodes, isErrorCode, type Blame, type ErrorCode } from './error-codes.ts';
import type { JsonValue } from './error-wire.ts';
import { toJsonDetails } from './json-details.ts';
import { readProperty } from './safe-read.ts';

// Marks an error of Waybill, whichever package, or copy of a package, made it.
const errorBrand: symbol = Symbol.for('waybill.error');

/** The stacks of one failure, one for each side that took part in it. */
export interface ErrorStacks {
  /** Where in the guest's source. */
  readonly guest?: string;
  /** Where in the host function, or in the worker. */
  readonly host?: string;
  /** Where the job was submitted. */
  readonly submitter?: string;
}

/** What an error says besides its code and message. */
export interface ErrorOptions {
  /**
   * Facts for programs; should be JSON-safe, for only that much crosses to another thread.
   * @defaultValue `{}`
   */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The error behind this one. Absent or `undefined`: none. */
  readonly cause?: unknown;
  /** @defaultValue `{}` */
  readonly stackOf?: ErrorStacks | undefined;
}

/** What `JSON.stringify` makes of an error: what may be shown and stored. Stacks are not in it: they hold paths. */
export interface ErrorJson {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly blame: Blame;
  readonly retryable: boolean;
  /** The part of the error's details that JSON can hold. */
  readonly details: { readonly [key: string]: JsonValue };
}

/**
 * A failure with a stable code. Catch by `code`, by `blame` or by branch ({@link CallerError},
 * {@link GuestError}, {@link HostError}); the message is for people and may change.
 *
 * Made with {@link makeError}, which picks the branch.
 */
export class WaybillError extends Error {
  /** Key of the `errorCodes` table. */
  readonly code: ErrorCode;
  /** Facts for programs; what is in it depends on the code, see `docs/errors/`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The stacks of the other sides; `stack` is where the error was made. */
  readonly stackOf: ErrorStacks;

  static {
    // On the prototype, so that a stack starts with the branch's name and inspect() does not list
    // the brand.
    Object.defineProperty(this.prototype, errorBrand, { value: true });
    nameBranch(this, 'WaybillError');
  }

  /** @internal use {@link makeError} */
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = Object.freeze({ ...options.details });
    this.stackOf = Object.freeze({ ...options.stackOf });
  }

  /** Who has to change something. */
  get blame(): Blame {
    return errorCodes[this.code].blame;
  }

  /** Whether the same job, sent again unchanged, may succeed. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  /** Status an HTTP interface answers with. */
  get httpStatus(): number {
    return errorCodes[this.code].httpStatus;
  }

  /** What logs and HTTP replies may show; `JSON.stringify(error)` calls it. */
  toJSON(): ErrorJson {
    const { name, code, message, blame, retryable } = this;
    return { name, code, message, blame, retryable, details: toJsonDetails(this.details) ?? {} };
  }

  /** `GuestError [ERR_WAYBILL_GUEST_THREW]: message` */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

/** The submitting program has to change something. */
export class CallerError extends WaybillError {
  static {
    nameBranch(this, 'CallerError');
  }
}

/** The guest's code has to change. */
export class GuestError extends WaybillError {
  static {
    nameBranch(this, 'GuestError');
  }
}

/** Waybill, a host function or the machine failed. */
export class HostError extends WaybillError {
  static {
    nameBranch(this, 'HostError');
  }
}

const branches = {
  caller: CallerError,
  guest: GuestError,
  host: HostError,
} as const satisfies Record<Blame, typeof WaybillError>;

/**
 * Makes an error of the branch that the table names for the code.
 *
 * @param code - a code of the table; any other makes an `ERR_WAYBILL_INTERNAL` that keeps it in
 *   `details.originalCode`
 * @param message - one sentence: what was expected, what came, in which unit
 */
export function makeError(
  code: ErrorCode,
  message: string,
  options: ErrorOptions = {},
): WaybillError {
  // Types end where JavaScript callers and other versions begin.
  if (!isErrorCode(code)) {
    const details = { ...options.details, originalCode: String(code) };
    return makeError('ERR_WAYBILL_INTERNAL', message, { ...options, details });
  }
  const error = new branches[errorCodes[code].blame](code, message, options);
  Error.captureStackTrace(error, makeError);
  return error;
}

/**
 * Whether a value is an error of this package, also of another copy of it. Never throws.
 *
 * Structured clone strips an error of its class: across threads send `errorToWire(error)` instead.
 */
export function isWaybillError(value: unknown): value is WaybillError {
  return (
    hasErrorBrand(value) &&
    isObject(readProperty(value, 'details')) &&
    isObject(readProperty(value, 'stackOf'))
  );
}

/**
 * Whether a value has the brand and a code of the table: an error of this package, or a leaner one
 * such as the ContextError of `@waybill/context`. Never throws.
 */
export function hasErrorBrand(value: unknown): value is Error & { readonly code: ErrorCode } {
  return readProperty(value, errorBrand) === true && isErrorCode(readProperty(value, 'code'));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function nameBranch(branch: typeof WaybillError, name: string): void {
  Object.defineProperty(branch.prototype, 'name', { value: name, configurable: true });
}
