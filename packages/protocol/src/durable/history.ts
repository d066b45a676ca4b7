import type { ErrorCode } from '../error-codes.ts';
import type { Hop, LogLevel } from '../outcome.ts';
import type { DurableJobState } from './job.ts';

/** What happened to a durable job, by kind. `attempt` counts from 1. */
export interface HistoryFacts {
  /** It was accepted. */
  queued: { readonly startAfterMs: number };
  /** An executor began an attempt; `trace` is the `traceparent` of the attempt, which links to that of the submission. */
  started: { readonly attempt: number; readonly executor: string; readonly trace: string };
  /** The guest logged a line: untrusted text. */
  log: {
    readonly attempt: number;
    readonly seq: number;
    readonly level: LogLevel;
    readonly text: string;
  };
  /** A host call ended. */
  'host-call': {
    readonly attempt: number;
    readonly name: string;
    readonly side: 'submitter' | 'worker';
    readonly ok: boolean;
    readonly tookMs: number;
  };
  /**
   * The job crossed a border, with the carried context that was seen there; for jobs that asked for a trail. Written when the attempt
   * has ended, all at once, each with the moment at which it happened: behind log lines that came later than it.
   */
  hop: { readonly attempt: number; readonly hop: Hop };
  /** More happened in the attempt than is kept; `count` entries are missing here. */
  omitted: { readonly attempt: number; readonly count: number };
  /** The attempt failed and the job waits for its next. */
  retrying: { readonly attempt: number; readonly code: ErrorCode; readonly startAfterMs: number };
  /**
   * The executor of the attempt was lost, or handed the job back; it waits for its next. Where the executor was lost within the first
   * 50 ms, the attempt has no `started`, although it may have run.
   */
  returned: { readonly attempt: number; readonly reason: 'lost' | 'handed back' };
  /** Its end was asked for. */
  'cancel-asked': { readonly reason: string };
  /** A failed or cancelled job was put in the queue again by hand. */
  redriven: { readonly attempt: number };
  /** It has its final outcome. The last entry, unless the job is put in the queue again. */
  settled: {
    readonly attempt: number;
    readonly state: Extract<DurableJobState, 'succeeded' | 'failed' | 'cancelled'>;
    readonly code?: ErrorCode;
  };
}

/** Name of a kind of entry. */
export type HistoryKind = keyof HistoryFacts;

/** One entry of a durable job's history. */
export type HistoryEntry = {
  [Kind in HistoryKind]: {
    /** Position in the job's history: 1, 2, 3 and so on without a gap. */
    readonly seq: number;
    /** When, in ms since 1970. */
    readonly atMs: number;
    readonly kind: Kind;
    readonly facts: HistoryFacts[Kind];
  };
}[HistoryKind];

// A record, so that the compiler misses a kind that is left out.
const kinds: Readonly<Record<HistoryKind, true>> = {
  queued: true,
  started: true,
  log: true,
  'host-call': true,
  hop: true,
  omitted: true,
  retrying: true,
  returned: true,
  'cancel-asked': true,
  redriven: true,
  settled: true,
};

/** Every {@link HistoryKind}. */
export const historyKinds: readonly HistoryKind[] = Object.freeze(
  Object.keys(kinds) as HistoryKind[],
);
