import type { CrashReport, CrashedJob } from '@waybill/protocol';
import type { ProcessLoss } from '@waybill/pool';
import type { Attempt } from './attempt.ts';
import { wasKilled } from './blame.ts';
import { programHash } from './program-hash.ts';

/**
 * Puts together what is known of a lost process.
 *
 * @param attempts - those that ran there
 */
export function composeCrashReport(loss: ProcessLoss, attempts: readonly Attempt[]): CrashReport {
  const nowMs = performance.now();
  const { processId, reason, signal, exitCode, upMs, rssBytes } = loss;
  return {
    at: new Date().toISOString(),
    processId,
    reason,
    killed: wasKilled(loss.how),
    signal,
    exitCode,
    upMs,
    rssBytes,
    jobs: attempts.map((attempt) => crashedJob(attempt, nowMs)),
    stderrTail: loss.stderrTail,
  };
}

function crashedJob({ ticket, beganMs }: Attempt, nowMs: number): CrashedJob {
  const { id, tenant, functionName, program } = ticket.captured.job;
  return {
    jobId: id,
    tenant,
    ...(functionName === undefined ? {} : { functionName }),
    programHash: programHash(program),
    runningMs: nowMs - beganMs,
  };
}
