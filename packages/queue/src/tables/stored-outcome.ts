import {
  type DurableOutcome,
  type ErrorWire,
  type WaybillError,
  errorFromWire,
  errorToWire,
  limitTable,
  makeError,
  readParcel,
  toWaybillError,
  writeParcel,
} from '@waybill/protocol';
import { parcelFromText, parcelToText } from './parcel-text.ts';

/** What the column `outcome` holds as JSON; the value is a parcel. */
type StoredOutcome = (
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly error: ErrorWire }
) &
  Pick<DurableOutcome, 'bill' | 'escalation'>;

/** An outcome, ready for its column. */
export interface PackedOutcome {
  readonly text: string;
  /** The error it holds; absent if it succeeded. */
  readonly error: WaybillError | undefined;
}

// The limits of the job have bounded the value already; these only keep what no job may give out of the table.
const bounds = { maxChars: limitTable.resultBytes.max, maxDepth: limitTable.depth.max };

/**
 * Bytes that an outcome may take in its column. The statement that writes it takes several times as much, and the embedded database
 * has 256 MiB.
 */
export const maxOutcomeBytes: number = 32 * 2 ** 20;

type Usage = Pick<DurableOutcome, 'bill' | 'escalation'>;

/** Writes an outcome. One whose value cannot be written becomes a failure that says so. */
export function packOutcome(outcome: DurableOutcome): PackedOutcome {
  const facts = {
    ...(outcome.bill && { bill: outcome.bill }),
    ...(outcome.escalation && { escalation: outcome.escalation }),
  };
  if (!outcome.ok) return packFailure(outcome.error, facts);
  let value: string;
  try {
    value = parcelToText(writeParcel(outcome.value, bounds));
  } catch (thrown) {
    return packFailure(toWaybillError(thrown), facts);
  }
  const text = write({ ok: true, value, ...facts });
  if (Buffer.byteLength(text) > maxOutcomeBytes) return packTooLarge(facts);
  return { text, error: undefined };
}

/** Writes the outcome of a job whose result is too large to be kept. */
export function packTooLarge(usage: Usage): PackedOutcome {
  const words = `the result of a durable job may take ${maxOutcomeBytes} bytes as it is stored, it takes more`;
  const details = { limitBytes: maxOutcomeBytes };
  return packFailure(makeError('ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', words, { details }), usage);
}

function packFailure(error: WaybillError, facts: Usage): PackedOutcome {
  return { text: write({ ok: false, error: errorToWire(error), ...facts }), error };
}

function write(stored: StoredOutcome): string {
  return JSON.stringify(stored);
}

/** Reads what {@link packOutcome} wrote. */
export function readOutcome(text: string): DurableOutcome {
  const { bill, escalation, ...end } = JSON.parse(text) as StoredOutcome;
  const facts = { ...(bill && { bill }), ...(escalation && { escalation }) };
  if (end.ok) return { ok: true, value: readParcel(parcelFromText(end.value)), ...facts };
  return { ok: false, error: toWaybillError(errorFromWire(end.error)), ...facts };
}
