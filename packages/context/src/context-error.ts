import { contextErrorCodes } from './error-codes.ts';
import type { ContextErrorCode, ContextErrorMeaning } from './error-codes.ts';

// The brand of every Waybill error: `instanceof` fails across two copies of a package.
const brand = Symbol.for('waybill.error');

/** What an error may say beside its message. */
export interface ContextErrorOptions {
  /** The name of the variable or store that is at fault; never its value. */
  readonly variable?: string;
  /** The error underneath. */
  readonly cause?: unknown;
}

/**
 * The only error this package throws. Match on `code`, never on the message. Messages name variables
 * and jobs, never the values they hold.
 */
export class ContextError extends Error {
  override readonly name: string = 'ContextError';
  /** The stable code; see {@link contextErrorCodes}. */
  readonly code: ContextErrorCode;
  /** Who can put it right. */
  readonly blame: ContextErrorMeaning['blame'];
  /** Whether the same operation may succeed when tried again without a change. */
  readonly retryable: boolean;
  /** The status for an HTTP response. */
  readonly httpStatus: number;
  /** The name of the variable or store at fault, when there is one. */
  readonly variable: string | undefined;

  /** Makes the error for `code`; blame, retryable and httpStatus come from the table. */
  constructor(code: ContextErrorCode, message: string, options: ContextErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const { blame, retryable, httpStatus } = contextErrorCodes[code];
    this.code = code;
    this.blame = blame;
    this.retryable = retryable;
    this.httpStatus = httpStatus;
    this.variable = options.variable;
    Object.defineProperty(this, brand, { value: true });
  }
}
