import type { AttemptReport, ErrorWire, Program } from '@waybill/protocol';
import type { ThreadsPlan } from '../threads.ts';

/** What the submitting process says to a pool process; JSON, and the texts beside it. */
export type DownMessage =
  /** The first: which threads to start. */
  | { readonly kind: 'start'; readonly plan: ThreadsPlan }
  /** Its texts are those of the attempt's envelope. */
  | {
      readonly kind: 'run';
      readonly runId: number;
      readonly threadId: number;
      readonly program?: Program | undefined;
    }
  /** A frame of the session with a thread. */
  | { readonly kind: 'frame'; readonly threadId: number; readonly frame: unknown }
  /** Ends a thread that has closed, or that a guest holds. */
  | { readonly kind: 'terminate'; readonly threadId: number }
  /** Asks whose guest holds a thread. */
  | { readonly kind: 'holder'; readonly threadId: number }
  /** Asks for a sign of life. */
  | { readonly kind: 'beat' };

/** What a pool process sends up with the report beside it, as the texts of its envelope. */
interface Ran {
  readonly kind: 'ran';
  readonly runId: number;
}

/** What a pool process says to the submitting process; JSON, and untrusted: a guest may have taken the process over. */
export type UpMessage =
  | { readonly kind: 'joined'; readonly threadId: number; readonly workerFunctions: string[] }
  | { readonly kind: 'failing'; readonly threadId: number }
  /** A thread could not start, or failed outside of any attempt. */
  | { readonly kind: 'failed'; readonly error: ErrorWire }
  | {
      readonly kind: 'gone';
      readonly threadId: number;
      readonly error: ErrorWire;
      /** The attempt whose guest computed when the thread ran out of memory. */
      readonly exhaustedBy?: number;
    }
  | { readonly kind: 'frame'; readonly threadId: number; readonly frame: unknown }
  /** The attempt whose guest holds the thread; 0: none does. */
  | { readonly kind: 'holder'; readonly threadId: number; readonly attemptId: number }
  | (Ran & { readonly report: AttemptReport })
  | { readonly kind: 'refused'; readonly runId: number; readonly error: ErrorWire }
  | {
      readonly kind: 'beat';
      /** Resident memory. */
      readonly rssBytes: number;
      /** `monotonicEpochMs()` there. */
      readonly epochMs: number;
    };

/** An {@link UpMessage} as it is sent. */
export type SentUpMessage = Exclude<UpMessage, { kind: 'ran' }> | Ran;

/** The envelope of an attempt, or without limits that of a report, as the texts beside a message. */
export type EnvelopeTexts = readonly [
  bytes: string,
  head: string,
  text: string,
  ...limits: readonly string[],
];
