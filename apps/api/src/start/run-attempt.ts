import type { Logger } from 'pino';
import { ContextSnapshot } from '@waybill/context';
import type { LeasedAttempt, RunAttempt } from '@waybill/queue';
import { attemptId, tenantName } from '../context/variables.ts';

/**
 * Has attempts run with their tenant and their number in their context, where logs and host functions find them, and writes a line
 * of log for each.
 */
export function runWithContext(run: RunAttempt, log: Logger): RunAttempt {
  return async (leased) => {
    const attempt = inContext(leased);
    const startedMs = performance.now();
    const outcome = await run(attempt);
    const tookMs = performance.now() - startedMs;
    const code = outcome.ok ? undefined : outcome.error.code;
    attempt.context.run(() => log.info({ ok: outcome.ok, code, tookMs }, 'attempt ended'));
    return outcome;
  };
}

function inContext(leased: LeasedAttempt): LeasedAttempt {
  const { jobId: job, tenant, attempt, context } = leased;
  // Whose job it is says the queue: what was carried with it has no say.
  const enter = (): ContextSnapshot =>
    tenantName.run(tenant, () => attemptId.run({ job, attempt }, () => ContextSnapshot.capture()));
  return {
    jobId: job,
    tenant,
    attempt,
    spec: leased.spec,
    version: leased.version,
    waitedMs: leased.waitedMs,
    submittedTrace: leased.submittedTrace,
    trace: leased.trace,
    signal: leased.signal,
    context: context.run(enter),
    note: (...note) => leased.note(...note),
  };
}
