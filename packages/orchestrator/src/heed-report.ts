import type { AttemptReport } from '@waybill/protocol';
import type { Attempt } from './attempt.ts';
import type { Office } from './office.ts';
import { programHash } from './program-hash.ts';
import { lossOf } from './run-again.ts';

/** Draws the consequences of a report for the program that ran, whatever becomes of the job. */
export function heedReport(office: Office, attempt: Attempt, report: AttemptReport): void {
  const { job, snapshot } = attempt.ticket.captured;
  const { escalation } = report;
  const program = (): { tenant: string; programHash: string } => ({
    tenant: job.tenant,
    programHash: programHash(job.program),
  });
  if (escalation !== undefined) {
    office.counts.escalationCounts[escalation] += 1;
    const event = { jobId: job.id, tenant: job.tenant, step: escalation };
    if (!attempt.isOver) office.events.emit(snapshot, 'job:escalated', event);
  }
  if (lossOf(report) === undefined && escalation !== 'wedge') office.trackRecord.add(job);
  if (escalation === 'wedge' && office.settings.containment === 'process') {
    office.quarantine.strike(program());
  } else if (attempt.alone && lossOf(report) === undefined) {
    office.quarantine.clear(program());
  }
}
