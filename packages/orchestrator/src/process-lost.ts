import type { CrashReport } from '@waybill/protocol';
import type { ProcessLoss } from '@waybill/pool';
import type { Attempt } from './attempt.ts';
import { verdictOn, wasKilled } from './blame.ts';
import { composeCrashReport } from './crash-report.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';
import { programHash } from './program-hash.ts';
import type { GuestProgram } from './quarantine.ts';

/** The parts of an office that must be there before its pool is. */
export type PoolSide = Pick<
  Office,
  'root' | 'events' | 'attempts' | 'counts' | 'quarantine' | 'trackRecord' | 'crashLog'
>;

/**
 * Takes in that a process is gone: judges the attempts that ran there, before the pool says of each that it is lost, and
 * reports.
 */
export function processLost(office: PoolSide, loss: ProcessLoss): CrashReport {
  const { counts, quarantine, crashLog } = office;
  const attempts = loss.attemptIds.flatMap((id) => office.attempts.get(id) ?? []);
  const report = composeCrashReport(loss, attempts);
  const alone = attempts.length === 1 && attempts[0]?.alone === true;
  const verdict = verdictOn({ how: loss.how, programs: report.jobs, alone });
  const blamed = verdict === 'innocent' ? [] : likely(office, attempts);
  for (const attempt of attempts) {
    attempt.lost = { loss, verdict: blamed.includes(attempt) ? verdict : 'innocent' };
  }
  // What it did once it may do again, and then to others beside it.
  for (const { ticket } of blamed) quarantine.suspect(programOf(ticket));
  const [first] = blamed;
  if (verdict === 'culprit' && first !== undefined) {
    quarantine.strike(programOf(first.ticket), loss.processId);
  }
  counts.lostProcessCount += 1;
  if (wasKilled(loss.how)) counts.escalationCounts.kill += 1;
  crashLog?.append(report);
  return report;
}

// Those without a good record, if there are any. Nobody keeps a record past a loss that it may have caused.
function likely({ trackRecord }: PoolSide, attempts: readonly Attempt[]): readonly Attempt[] {
  const unproven = attempts.filter(({ ticket }) => !trackRecord.isGood(ticket.captured.job));
  for (const { ticket } of attempts) trackRecord.forget(ticket.captured.job);
  return unproven.length > 0 ? unproven : attempts;
}

function programOf({ captured: { job } }: JobTicket): GuestProgram {
  return { tenant: job.tenant, programHash: programHash(job.program) };
}
