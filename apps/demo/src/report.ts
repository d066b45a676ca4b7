import type { Bill, Hop, LogLine } from '@waybill/orchestrator';
import { checkJob } from './check-job.ts';
import type { DraftRecord, JobRecord } from './price-orders.ts';
import type { Revenue } from './recompute.ts';
import { tenantOf } from './variables.ts';

/** One job as it is printed. */
export interface JobReport {
  readonly id: string;
  readonly tenant: string;
  readonly lineCount: number;
  readonly orderCount: number;
  /** By currency, in minor units. */
  readonly revenue: Revenue;
  readonly tookMs: number;
  readonly bill: Bill;
  readonly checkedCount: number;
  readonly mismatches: readonly string[];
  /** Why the job failed; absent if it did not. */
  readonly error?: ErrorReport;
  readonly logs: readonly LogLine[];
  readonly trail: readonly Hop[];
}

/** What a submitter gets of a failure, in words that may be shown to the guest's author. */
export interface ErrorReport {
  readonly code: string;
  readonly blame: string;
  readonly retryable: boolean;
  readonly message: string;
  /** Names the guest's own files and lines only. */
  readonly guestStack: string;
}

/** A draft as it is printed. */
export interface DraftReport extends JobReport {
  readonly does: string;
  readonly expectedCode: string;
}

/** Revenue of one tenant in one currency, in minor units. */
export interface RevenueReport {
  readonly tenant: string;
  readonly currency: string;
  readonly total: number;
  /** What the plain recomputation came to. */
  readonly expectedTotal: number;
}

/** All that the demo prints. */
export interface Report {
  readonly jobs: readonly JobReport[];
  readonly drafts: readonly DraftReport[];
  readonly revenue: readonly RevenueReport[];
  readonly totals: Totals;
  /** Whether everything is as it must be. */
  readonly ok: boolean;
}

/** The last lines. */
export interface Totals {
  readonly threads: number;
  readonly jobCount: number;
  readonly failedCount: number;
  readonly lineCount: number;
  readonly orderCount: number;
  readonly hostCallCount: number;
  readonly elapsedMs: number;
  readonly jobsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Places where the context was compared, drafts included. */
  readonly checkedCount: number;
  readonly mismatches: readonly string[];
}

/** What a run of the demo leaves behind. */
export interface RunRecord {
  readonly threads: number;
  readonly jobs: readonly JobRecord[];
  /** From the first submit to the last outcome, drafts not included. */
  readonly elapsedMs: number;
  readonly drafts: readonly DraftRecord[];
  readonly expected: Revenue;
}

/** Adds everything up and judges it. */
export function makeReport(run: RunRecord): Report {
  const jobs = run.jobs.map(reportJob);
  const drafts = run.drafts.map((record) => {
    const { does, expectedCode } = record.draft;
    return { does, expectedCode, ...reportJob(record) };
  });
  const revenue = addRevenue(jobs, run.expected);
  const totals = addUp(run, jobs, drafts);
  const ok =
    totals.failedCount === 0 &&
    totals.mismatches.length === 0 &&
    revenue.every(({ total, expectedTotal }) => total === expectedTotal) &&
    drafts.every(({ error, expectedCode }) => error?.code === expectedCode);
  return { jobs, drafts, revenue, totals, ok };
}

function reportJob(record: JobRecord): JobReport {
  const { batch, outcome, tookMs } = record;
  const orders = outcome.ok ? (outcome.value.orders ?? []) : [];
  const revenue: Record<string, number> = {};
  for (const { currency, total } of orders) revenue[currency] = (revenue[currency] ?? 0) + total;
  return {
    id: batch.id,
    tenant: tenantOf(batch.id),
    lineCount: batch.lines.length,
    orderCount: orders.length,
    revenue,
    tookMs,
    bill: outcome.bill,
    ...checkJob(record),
    ...(outcome.ok ? {} : { error: reportError(outcome.error) }),
    logs: outcome.logs,
    trail: outcome.trail ?? [],
  };
}

type JobError = Extract<JobRecord['outcome'], { ok: false }>['error'];

function reportError({ code, blame, retryable, message, stackOf }: JobError): ErrorReport {
  return { code, blame, retryable, message, guestStack: stackOf.guest ?? '' };
}

function addRevenue(jobs: readonly JobReport[], expected: Revenue): readonly RevenueReport[] {
  const found = new Map<string, number>();
  for (const { tenant, revenue } of jobs) {
    for (const [currency, total] of Object.entries(revenue)) {
      const key = `${tenant} ${currency}`;
      found.set(key, (found.get(key) ?? 0) + total);
    }
  }
  const keys = new Set([...found.keys(), ...Object.keys(expected)]);
  return [...keys].toSorted().map((key) => {
    const [tenant = '', currency = ''] = key.split(' ');
    return { tenant, currency, total: found.get(key) ?? 0, expectedTotal: expected[key] ?? 0 };
  });
}

function addUp(
  { threads, elapsedMs }: RunRecord,
  jobs: readonly JobReport[],
  drafts: readonly DraftReport[],
): Totals {
  const sum = (list: readonly JobReport[], count: (job: JobReport) => number): number =>
    list.reduce((soFar, job) => soFar + count(job), 0);
  const sortedMs = jobs.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  const percentile = (ratio: number): number =>
    sortedMs[Math.max(0, Math.ceil(ratio * sortedMs.length) - 1)] ?? 0;
  return {
    threads,
    jobCount: jobs.length,
    failedCount: jobs.filter(({ error }) => error !== undefined).length,
    lineCount: sum(jobs, ({ lineCount }) => lineCount),
    orderCount: sum(jobs, ({ orderCount }) => orderCount),
    hostCallCount: sum(jobs, ({ bill }) => bill.hostCalls),
    elapsedMs,
    jobsPerSecond: (jobs.length / elapsedMs) * 1_000,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    checkedCount: sum([...jobs, ...drafts], ({ checkedCount }) => checkedCount),
    mismatches: [...jobs, ...drafts].flatMap(({ mismatches }) => mismatches),
  };
}
