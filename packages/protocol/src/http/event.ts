import type { HistoryFacts } from '../durable/index.ts';
import type { ErrorCode } from '../error-codes.ts';

/** What happened to a durable job, by kind. Moments are RFC 3339. */
export interface HistoryEventFacts extends Omit<HistoryFacts, 'queued' | 'retrying'> {
  readonly queued: { readonly startAfter: string };
  readonly retrying: {
    readonly attempt: number;
    readonly code: ErrorCode;
    readonly startAfter: string;
  };
}

/** One event of a durable job's stream: the `data` of a server-sent event, whose `id` is `seq` and whose `event` is `kind`. */
export type HistoryEvent = {
  [Kind in keyof HistoryEventFacts]: {
    /** Position in the job's history: 1, 2, 3 and so on without a gap. */
    readonly seq: number;
    /** When. */
    readonly at: string;
    readonly kind: Kind;
    readonly facts: HistoryEventFacts[Kind];
  };
}[keyof HistoryEventFacts];
