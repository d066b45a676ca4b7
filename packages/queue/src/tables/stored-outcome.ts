import {
  type DurableOutcome,
  type ErrorWire,
  type WaybillError,
  errorFromWire,
  errorToWire,
  limitTable,
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
  return { text: write({ ok: true, value, ...facts }), error: undefined };
}

function packFailure(
  error: WaybillError,
  facts: Pick<DurableOutcome, 'bill' | 'escalation'>,
): PackedOutcome {
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
