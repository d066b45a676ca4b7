import { setTimeout as pause } from 'node:timers/promises';
import type { DurableJobState } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { isJobId } from './find-job.ts';
import type { HistoryWatch } from './history-watch.ts';

// A job that ends soon is heard of soon; one that writes a lot is looked at no more often than this.
const firstPauseMs = 4;
const longestPauseMs = 250;

interface Row {
  readonly state: DurableJobState;
  readonly historyCount: number;
}

const selectState =
  'SELECT job.state, job.history_count AS "historyCount" FROM waybill.job AS job WHERE job.id = $1 AND job.tenant = $2';

/** Whose end is waited for. */
export interface SettledRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly signal: AbortSignal | undefined;
}

/** Waits for the end of a job, as `JobQueue.untilSettled` says. */
export async function untilSettled(
  database: Queryable,
  watch: HistoryWatch,
  { tenant, jobId, signal }: SettledRequest,
): Promise<void> {
  if (!isJobId(jobId)) return;
  // Before the first look, so that what happens after it is heard.
  using reader = watch.read(jobId, signal);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const [row] = await database.query<Row>(selectState, [jobId, tenant]);
    if (row === undefined || (row.state !== 'queued' && row.state !== 'running')) return;
    if (!(await reader.changed(row.historyCount))) return;
    // Told meanwhile any number of times, it looks once. An abort is heard by the reader, too.
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
