import type { ErrorJson } from '../errors.ts';
import type { JsonValue } from '../error-wire.ts';
import type { EscalationStep } from '../escalation.ts';
import type { Bill, Hop, LogLine } from '../outcome.ts';

/** An error in an answer. Of its stacks only the guest's is shown: the others hold paths of the host. */
export interface ErrorResource extends ErrorJson {
  /** Where in the guest's source: untrusted text. */
  readonly guestStack?: string;
}

/** The value or the error of a job. Without `value` and `valueParcel` the value is `undefined`. */
export type ResultResource =
  | { readonly ok: true; readonly value?: JsonValue; readonly valueParcel?: string }
  | { readonly ok: false; readonly error: ErrorResource };

/** How a job that was run at once settled. */
export type OutcomeResource = ResultResource & {
  readonly jobId: string;
  readonly tenant: string;
  /** Written by the guest: untrusted text. */
  readonly logs: readonly LogLine[];
  readonly bill: Bill;
  readonly escalation?: EscalationStep;
  /** Present if the job was run again after what ran it was lost: how often it ran. */
  readonly attemptCount?: number;
  /** Present if the job asked for it. */
  readonly trail?: readonly Hop[];
};

/** How a durable job settled. */
export type DurableOutcomeResource = ResultResource & {
  /** Of the last attempt; absent where none ran to its end. */
  readonly bill?: Bill;
  readonly escalation?: EscalationStep;
};
