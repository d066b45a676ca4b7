import { isErrorCode } from './error-codes.ts';
import { readCode, readStacks } from './error-to-wire.ts';
import { errorWireLimits } from './error-wire.ts';
import { makeError, type WaybillError } from './errors.ts';
import { toJsonDetails } from './json-details.ts';
import { readOwnData, readText } from './safe-read.ts';

const limits = errorWireLimits;

/**
 * Rebuilds an error from {@link errorToWire}'s data. Treats its input as untrusted: it never
 * throws, reads own data properties only and enforces the same limits again.
 *
 * @returns an error of the same branch and code for an error of ours (`ERR_WAYBILL_INTERNAL`, with
 *   `details.originalCode`, for a code that the table does not hold); for any other error a plain
 *   Error with its name, code, cause and stack
 */
export function errorFromWire(wire: unknown): Error {
  try {
    return fromWire(wire, limits.causeCount, { errorsLeftCount: limits.totalErrorsCount });
  } catch (error) {
    return makeError(
      'ERR_WAYBILL_INTERNAL',
      'expected the data of an error, got what cannot be read',
      {
        cause: error,
      },
    );
  }
}

interface Budget {
  errorsLeftCount: number;
}

function fromWire(wire: unknown, causesLeftCount: number, budget: Budget): Error {
  budget.errorsLeftCount -= 1;
  const kind = readOwnData(wire, 'kind');
  if (kind !== 'waybill' && kind !== 'error' && kind !== 'thrown') {
    return makeError('ERR_WAYBILL_INTERNAL', 'expected the data of an error, got something else');
  }
  const message = readText(readOwnData(wire, 'message'), limits.messageChars) ?? '';
  const causeWire = readOwnData(wire, 'cause');
  const cause =
    causeWire === undefined || causesLeftCount === 0 || budget.errorsLeftCount <= 0
      ? undefined
      : fromWire(causeWire, causesLeftCount - 1, budget);
  const errors = errorsFromWire(readOwnData(wire, 'errors'), causesLeftCount, budget);
  const error =
    kind === 'waybill'
      ? ourError(wire, message, cause)
      : foreignError(wire, message, { cause, errors });
  const stack = readText(readOwnData(wire, 'stack'), limits.stackChars);
  // Without a stack of its own it must not show where the wire was read.
  defineHidden(error, 'stack', stack ?? `${error.name}: ${message}`);
  return error;
}

function ourError(wire: unknown, message: string, cause: Error | undefined): WaybillError {
  const code = readCode(readOwnData(wire, 'code'));
  const details = toJsonDetails(readOwnData(wire, 'details'));
  const stackOf = readStacks(readOwnData(wire, 'stackOf'));
  if (isErrorCode(code)) return makeError(code, message, { details, cause, stackOf });
  const originalCode = code ?? null;
  return makeError('ERR_WAYBILL_INTERNAL', message, {
    details: { ...details, originalCode },
    cause,
    stackOf,
  });
}

interface InnerErrors {
  readonly cause: Error | undefined;
  readonly errors: readonly Error[] | undefined;
}

function foreignError(wire: unknown, message: string, { cause, errors }: InnerErrors): Error {
  const options = cause === undefined ? undefined : { cause };
  const error =
    errors === undefined
      ? new Error(message, options)
      : new AggregateError(errors, message, options);
  const name = readText(readOwnData(wire, 'name'), limits.nameChars);
  if (name !== undefined) defineHidden(error, 'name', name);
  const code = readCode(readOwnData(wire, 'code'));
  if (code !== undefined) Object.assign(error, { code });
  return error;
}

function errorsFromWire(
  wires: unknown,
  causesLeftCount: number,
  budget: Budget,
): readonly Error[] | undefined {
  if (causesLeftCount === 0 || !Array.isArray(wires)) return undefined;
  const errors: Error[] = [];
  const count = Math.min(wires.length, limits.aggregateErrorsCount);
  for (let index = 0; index < count && budget.errorsLeftCount > 0; index += 1) {
    errors.push(fromWire(readOwnData(wires, index), causesLeftCount - 1, budget));
  }
  return errors;
}

function defineHidden(error: Error, key: 'name' | 'stack', value: string): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}
