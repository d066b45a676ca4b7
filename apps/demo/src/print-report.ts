import { trailLines } from './print-trail.ts';
import type { DraftReport, JobReport, Report, RevenueReport, Totals } from './report.ts';
import { tenants } from './tenants.ts';
import { bad, bold, count, dim, good, money, printable } from './terminal.ts';

// The first jobs of each tenant are shown with their trail, unless all are asked for.
const TRAILS_PER_TENANT = 2;

/** Gives the report as lines for a terminal. */
export function reportLines(report: Report, allTrails: boolean): readonly string[] {
  return [
    bold('The context trail: each hop of a job, and what was seen there.'),
    dim(
      'Submitted in thread 0, run in the others. "-" is not visible: guests may read their tenant only.',
    ),
    ...tenants.flatMap(({ name, business, rule, deployed }) => {
      const form = deployed ? 'deployed once, kept warm' : 'sent with each job';
      const own = report.jobs.filter(({ tenant }) => tenant === name);
      const trailCount = allTrails ? own.length : TRAILS_PER_TENANT;
      return [
        '',
        `${bold(name)} ${dim(`${business} (${rule}, ${form})`)}`,
        '',
        ...own.slice(0, trailCount).flatMap((job) => [jobLine(job), ...trailLines(job), '']),
        ...own.slice(trailCount).map(jobLine),
      ];
    }),
    '',
    `${bold('drafts')} ${dim('guests that go wrong, each in an isolate of its own, and what came back')}`,
    ...report.drafts.flatMap(draftLines),
    '',
    bold('totals'),
    ...report.revenue.map(revenueLine),
    ...totalLines(report.totals),
  ];
}

function jobLine({ id, lineCount, orderCount, tookMs, bill, ...job }: JobReport): string {
  const amounts = Object.entries(job.revenue).map(([currency, total]) => money(total, currency));
  const size = `${count(lineCount, 'line')}, ${count(orderCount, 'order')}`;
  const calls = count(bill.hostCalls, 'host call').padStart(14);
  const end = job.error === undefined ? amounts.join(' + ') : bad(job.error.code);
  const wrong = job.mismatches.length > 0 ? bad('  context mismatch') : '';
  return `  ${id.padEnd(13)} ${size.padEnd(21)} ${calls} ${tookMs.toFixed(1).padStart(8)} ms  ${end}${wrong}`;
}

function draftLines(draft: DraftReport): string[] {
  const { id, does, error, bill, logs, expectedCode } = draft;
  const { hostCalls, queueMs, wallMs, cpuMs } = bill;
  if (error === undefined) return [`  ${id} ${bad(`did not fail with ${expectedCode}`)}`];
  const code = error.code === expectedCode ? error.code : bad(error.code);
  const times = `queue ${queueMs.toFixed(1)} ms, wall ${wallMs.toFixed(1)} ms, cpu ${cpuMs.toFixed(1)} ms`;
  const stack = error.guestStack === '' ? [] : error.guestStack.split('\n');
  return [
    '',
    `  ${id} ${does}`,
    `    code   ${code}`,
    `    blame  ${error.blame}, ${error.retryable ? 'try again' : 'trying again will not help'}`,
    `    says   ${printable(error.message)}`,
    ...stack.map((line, index) =>
      dim(`    ${index === 0 ? 'stack ' : '      '} ${printable(line)}`),
    ),
    ...logs.map(({ level, text }) => `    log    ${level}: ${printable(text)}`),
    `    bill   ${times}, ${count(hostCalls, 'host call')}`,
  ];
}

function revenueLine({ tenant, currency, total, expectedTotal }: RevenueReport): string {
  const amount = money(total, currency).padStart(20);
  const verdict =
    total === expectedTotal
      ? good('as recomputed')
      : bad(`recomputed: ${money(expectedTotal, currency)}`);
  return `  ${tenant.padEnd(9)} ${amount}  ${verdict}`;
}

function totalLines(totals: Totals): string[] {
  const { lineCount, orderCount, jobCount, failedCount, hostCallCount, threads } = totals;
  const { elapsedMs, jobsPerSecond, p50Ms, p95Ms, checkedCount, mismatches } = totals;
  const work = [count(lineCount, 'line'), count(orderCount, 'order'), count(jobCount, 'job')];
  const failed = `${failedCount} failed`;
  const speed = `${jobsPerSecond.toFixed(0)} jobs/s, p50 ${p50Ms.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms`;
  const verdict = `${mismatches.length} context mismatches`;
  return [
    `  ${work.join(', ')} (${failedCount > 0 ? bad(failed) : failed}), ${count(hostCallCount, 'host call')}`,
    `  ${(elapsedMs / 1_000).toFixed(2)} s in ${count(threads, 'thread')}: ${speed}`,
    ...mismatches.map((mismatch) => bad(`  ${printable(mismatch)}`)),
    `  ${mismatches.length > 0 ? bad(verdict) : good(verdict)} in ${count(checkedCount, 'check')}`,
  ];
}
