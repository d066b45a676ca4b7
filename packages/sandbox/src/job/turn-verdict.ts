import type { Limits, WaybillError } from '@waybill/protocol';
import type { TurnEnd } from '../engine/turn.ts';
import type { DeadlineState } from './job-deadline.ts';
import {
  cpuLimitError,
  deadlineError,
  isolateLostError,
  memoryLimitError,
  starvedError,
  unresponsiveError,
} from './limit-errors.ts';

/**
 * Of its limit, the part of computing time that a guest must have got before being cut off is its own fault. A turn's
 * limit is set on the wall, by what the machine gave lately; below this it gave far less than that.
 */
const fairPart = 1 / 3;

/** What is known of a job when one of its turns, or its time, is over. */
export interface JobFacts {
  readonly limits: Limits;
  /** Computing time so far, in ms. */
  readonly cpuMs: number;
  readonly deadline: DeadlineState;
  /** Whether guest code of the job has run at all. */
  readonly hasBegun: boolean;
  /** Names of the host functions that the guest waits for; empty while it computes. */
  readonly waitsFor: () => readonly string[];
}

/** What a job fails with at its deadline. */
export function deadlineVerdict(facts: JobFacts): WaybillError {
  const { limits, hasBegun, deadline, waitsFor } = facts;
  if (!hasBegun || deadline === 'reached without the thread') return unresponsiveError(limits);
  return deadlineError(limits, waitsFor());
}

/** What a job fails with whose turn its limit cut off, or should have. */
export function cutVerdict(facts: JobFacts): WaybillError {
  const { limits, cpuMs, deadline } = facts;
  // It was computing, whatever it had asked for.
  if (deadline !== 'ahead') return deadlineVerdict({ ...facts, waitsFor: () => [] });
  return cpuMs < fairPart * limits.cpuMs ? starvedError(limits, cpuMs) : cpuLimitError(limits);
}

/** What a job fails with after a turn that ended so; `undefined`: it goes on. */
export function turnVerdict(end: TurnEnd, facts: JobFacts): WaybillError | undefined {
  const { limits, cpuMs } = facts;
  if (end === 'lost') return isolateLostError();
  if (end === 'out-of-memory' || end === 'heap-broken') return memoryLimitError(limits);
  return end === 'timed-out' || cpuMs > limits.cpuMs ? cutVerdict(facts) : undefined;
}
