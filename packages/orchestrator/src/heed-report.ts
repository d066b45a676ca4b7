import { type AttemptReport, type EscalationStep, escalationLadder } from '@waybill/protocol';
import type { Attempt } from './attempt.ts';
import type { Office } from './office.ts';
import { programHash } from './program-hash.ts';
import { lossOf } from './run-again.ts';

// Each is taken only after the one before it.
function stepsUpTo(last: EscalationStep): EscalationStep[] {
  const steps = Object.keys(escalationLadder) as EscalationStep[];
  return steps.slice(0, steps.indexOf(last) + 1);
}

/** Draws the consequences of a report for the program that ran, whatever becomes of the job. */
export function heedReport(office: Office, attempt: Attempt, report: AttemptReport): void {
  const { job, snapshot } = attempt.ticket.captured;
  const { escalation } = report;
  const program = (): { tenant: string; programHash: string } => ({
    tenant: job.tenant,
    programHash: programHash(job.program),
  });
  if (escalation !== undefined) {
    for (const step of stepsUpTo(escalation)) {
      office.counts.escalationCounts[step] += 1;
      const event = { jobId: job.id, tenant: job.tenant, step };
      if (!attempt.isOver) office.events.emit(snapshot, 'job:escalated', event);
    }
  }
  // Where guests share the submitting process, no process is lost to be blamed on anybody.
  if (office.settings.containment === 'thread') return;
  if (escalation === 'wedge') {
    office.quarantine.strike(program(), attempt.place.lease.processId);
    return;
  }
  if (lossOf(report) !== undefined) return;
  office.trackRecord.add(job);
  if (attempt.alone) office.quarantine.clear(program());
}
