import { type WaybillError, isWaybillError, makeError, errorToWire } from '@waybill/protocol';
import { type DescribedError, type KitErrorCode, kitErrorCodes } from '../kit/kit-types.ts';

// Named one by one: a code of the host's would have the job blamed on it, and run again.
function isKitCode(code: string | undefined): code is KitErrorCode {
  return kitErrorCodes.some((known) => known === code);
}

function causeOf(described: DescribedError): Error | undefined {
  if (described.cause === undefined) return undefined;
  const { name, message, stack } = described.cause;
  const cause = new Error(message, { cause: causeOf(described.cause) });
  return Object.defineProperties(cause, {
    name: { value: name, configurable: true },
    stack: { value: stack, configurable: true },
  });
}

/**
 * Makes a typed error of what a guest threw.
 *
 * @param hostFailure - what the host call failed with whose error the guest let through, if it was that
 */
export function errorFromGuest(described: DescribedError, hostFailure: unknown): WaybillError {
  const { name, message, stack, code, kitCode } = described;
  const stackOf = { guest: stack };
  const cause = causeOf(described);
  const details = { name, message, ...(code === undefined ? {} : { code }) };
  if (hostFailure !== undefined) {
    if (isWaybillError(hostFailure)) {
      return makeError(hostFailure.code, hostFailure.message, {
        details: hostFailure.details,
        cause: hostFailure,
        stackOf: { ...hostFailure.stackOf, ...stackOf },
      });
    }
    // In the host's own words: the guest may have changed the error on its way.
    const told = errorToWire(hostFailure);
    const words = `a host function threw ${told.name}: ${told.message}`;
    return makeError('ERR_WAYBILL_HOST_FUNCTION_THREW', words, {
      details: {
        name: told.name,
        message: told.message,
        ...(told.code === undefined ? {} : { code: told.code }),
      },
      cause: hostFailure,
      stackOf: { ...stackOf, host: told.stack ?? '' },
    });
  }
  if (isKitCode(kitCode)) return makeError(kitCode, message, { stackOf });
  return makeError('ERR_WAYBILL_GUEST_THREW', `the guest threw ${name}: ${message}`, {
    details,
    stackOf,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Makes a typed error of what the kit says a guest threw.
 *
 * @param failureOf - finds what a host call failed with
 */
export function errorOfThrown(
  text: string,
  failureOf: (hostCallId: number) => unknown,
): WaybillError {
  const described = readDescribed(text);
  const { hostCallId } = described;
  return errorFromGuest(described, hostCallId === undefined ? undefined : failureOf(hostCallId));
}

/** Reads what the kit says of a thrown value. The kit is trusted, the words in it are the guest's. */
export function readDescribed(text: string): DescribedError {
  return JSON.parse(text) as DescribedError;
}

/** What our parser took and the engine does not: said in the engine's words. */
export function engineSyntaxError(error: unknown): WaybillError {
  const words = error instanceof Error ? error.message : String(error);
  return makeError('ERR_WAYBILL_GUEST_SYNTAX', words);
}
