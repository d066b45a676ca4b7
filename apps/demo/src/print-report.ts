import { trailLines } from './print-trail.ts';
import type { DraftReport, JobReport, Report, RevenueReport, Totals } from './report.ts';
import { tenants } from './tenants.ts';
import { bad, bold, count, dim, good, money, printable } from './terminal.ts';

// The first jobs of each tenant are shown with their trail, unless all are asked for.
const TRAILS_PER_TENANT = 2;

/** Gives the report as lines for a terminal. */
export function reportLines(report: Report, allTrails: boolean): readonly string[] {
  return [
    ...tenants.flatMap(({ name, business, rule, deployed }) => {
      const own = report.jobs.filter(({ tenant }) => tenant === name);
      const form = deployed ? 'deployed once, kept warm' : 'sent with each job';
      return [
        '',
        `${bold(name)} ${dim(`${business} (${rule}, ${form})`)}`,
        ...own.flatMap((job, index) => jobLines(job, allTrails || index < TRAILS_PER_TENANT)),
      ];
    }),
    '',
    `${bold('drafts')} ${dim('guests that go wrong, each in an isolate of its own, and what their submitters got')}`,
    ...report.drafts.flatMap(draftLines),
    '',
    bold('totals'),
    ...report.revenue.map(revenueLine),
    ...totalLines(report.totals),
  ];
}

function jobLines(job: JobReport, withTrail: boolean): string[] {
  const { id, lineCount, orderCount, revenue, tookMs, bill, mismatches, error } = job;
  const amounts = Object.entries(revenue).map(([currency, total]) => money(total, currency));
  const size = `${count(lineCount, 'line')}, ${count(orderCount, 'order')}`;
  const end = error === undefined ? amounts.join(' + ') : bad(error.code);
  const wrong = mismatches.length > 0 ? bad(`  ${count(mismatches.length, 'mismatch')}`) : '';
  const effort = `${count(bill.hostCalls, 'host call').padStart(14)} ${tookMs.toFixed(1).padStart(8)} ms`;
  const line = `  ${id.padEnd(13)} ${size.padEnd(21)} ${effort}  ${end}${wrong}`;
  return withTrail ? ['', line, ...trailLines(job), ''] : [line];
}

function draftLines(draft: DraftReport): string[] {
  const { id, does, error, bill, expectedCode } = draft;
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
    ...stack.map((line, index) => dim(`    ${index === 0 ? 'stack ' : '      '} ${printable(line)}`)),
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
