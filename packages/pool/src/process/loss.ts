import { type WaybillError, makeError } from '@waybill/protocol';
import type { LossKind, ProcessLoss } from '../pool-options.ts';

/** Signals with which somebody else ends a process; all others come from what runs in it. */
const outsideSignals: readonly (string | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** What is known of a process that nobody here has ended. */
export interface UnexpectedEnd {
  readonly signal: NodeJS.Signals | null;
  /** Resident memory that it last reported, in bytes. */
  readonly rssBytes: number;
  readonly maxRssBytes: number;
}

/** Says how a process was lost that nobody here has ended. */
export function howEnded({ signal, rssBytes, maxRssBytes }: UnexpectedEnd): LossKind {
  if (!outsideSignals.includes(signal)) return 'crash';
  // The kernel, which ends the one that holds most when memory runs out, looks like anybody else.
  return signal === 'SIGKILL' && rssBytes > maxRssBytes / 2 ? 'memory' : 'outside';
}

/** The error of whoever waits for a process that was not up yet. */
export function notStarted({ processId, reason, stderrTail }: ProcessLoss): WaybillError {
  const words = `a pool process was not up yet when ${reason}: ${stderrTail.trim()}`;
  return makeError('ERR_WAYBILL_PROCESS_NOT_STARTED', words, { details: { processId } });
}

/** The error of the attempts that ran in a process. */
export function processExited({ processId, how, reason }: ProcessLoss): WaybillError {
  const words = `the pool process ended before the job had settled: ${reason}`;
  return makeError('ERR_WAYBILL_PROCESS_EXITED', words, { details: { processId, how } });
}
