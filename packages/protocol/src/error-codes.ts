import { callerErrorCodes } from './caller-error-codes.ts';
import { contextErrorCodes } from './context-error-codes.ts';
import { guestErrorCodes } from './guest-error-codes.ts';
import { hostErrorCodes } from './host-error-codes.ts';
import { serviceErrorCodes } from './service-error-codes.ts';

/**
 * Who caused a failure: the submitting program, the guest's code, or Waybill and its host
 * functions.
 */
export type Blame = 'caller' | 'guest' | 'host';

/** What the table says about one error code. */
export interface ErrorCodeEntry {
  /** Who has to change something. */
  readonly blame: Blame;
  /** Whether the same job, sent again unchanged, may succeed. */
  readonly retryable: boolean;
  /** Status an HTTP interface answers with. */
  readonly httpStatus: number;
  /** One sentence for people; never match on it. */
  readonly meaning: string;
}

/** A code of the table. */
export type ErrorCode =
  | keyof typeof callerErrorCodes
  | keyof typeof guestErrorCodes
  | keyof typeof hostErrorCodes
  | keyof typeof serviceErrorCodes
  | keyof typeof contextErrorCodes;

/**
 * Every code an error of Waybill can carry. The table is closed: a code is never reused or renamed,
 * and each has a page under `docs/errors/`.
 */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeEntry>> = Object.freeze({
  ...callerErrorCodes,
  ...guestErrorCodes,
  ...hostErrorCodes,
  ...serviceErrorCodes,
  ...contextErrorCodes,
});

/** Whether a value, from wherever, is a code of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}
