import {
  type ErrorCode,
  type WaybillError,
  errorCodes,
  isWaybillError,
  makeError,
} from '@waybill/protocol';
import type { DescribedError } from '../kit/kit-types.ts';

function isKnownCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCodes, code);
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
  const stacks = { guest: stack };
  const cause = causeOf(described);
  const details = { name, message, ...(code === undefined ? {} : { code }) };
  if (hostFailure !== undefined) {
    const host = hostFailure instanceof Error ? (hostFailure.stack ?? '') : '';
    if (isWaybillError(hostFailure)) {
      return makeError(hostFailure.code, hostFailure.message, {
        details: hostFailure.details,
        cause: hostFailure,
        stacks: { ...hostFailure.stacks, ...stacks },
      });
    }
    return makeError('ERR_WAYBILL_HOST_FUNCTION_THREW', `a host function threw ${name}: ${message}`, {
      details,
      cause: hostFailure,
      stacks: { ...stacks, host },
    });
  }
  if (isKnownCode(kitCode)) return makeError(kitCode, message, { stacks });
  return makeError('ERR_WAYBILL_GUEST_THREW', `the guest threw ${name}: ${message}`, {
    details,
    stacks,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads what the kit says of a thrown value. The kit is trusted, the words in it are the guest's. */
export function readDescribed(text: string): DescribedError {
  return JSON.parse(text) as DescribedError;
}
