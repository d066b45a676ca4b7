import { existsSync, readFileSync } from 'node:fs';
import type { HistoryEvent, JobResource, JobSummary } from '@waybill/protocol/http';
import { pause } from '../support/pause.ts';
import { readEvents } from '../support/server-sent-events.ts';
import { send } from '../support/service-requests.ts';
import { headersOf, isMarked, judgeEnd } from './durable-jobs.ts';
import type { Acknowledged } from './durable-load.ts';
import type { Mark } from './durable-marks.ts';

/** What became of the acknowledged jobs. */
export interface Verdict {
  readonly jobCount: number;
  readonly attemptCount: number;
  /** Attempts that were lost with what ran them, or handed back. */
  readonly returnedCount: number;
  readonly wrong: readonly string[];
}

const concurrentCount = 16;

/** Waits until no job of the load waits or runs any more. */
export async function untilSettled(
  url: string,
  tenants: readonly string[],
  limitMs: number,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  for (const tenant of tenants) {
    for (;;) {
      const { value: first } = await listIds(url, tenant, '&state=queued,running').next();
      if (first === undefined) break;
      if (performance.now() > endMs) throw new Error(`${first} is not settled after ${limitMs} ms`);
      await pause(100);
    }
  }
}

/** Asks the service about every job, and judges what it says. */
export async function judgeAll(
  url: string,
  jobs: readonly Acknowledged[],
  marksFile: string,
): Promise<Verdict> {
  const wrong: string[] = [];
  const markCounts = readMarks(jobs, marksFile, wrong);
  let attemptCount = 0;
  let returnedCount = 0;
  const left = jobs.values();
  const lane = async (): Promise<void> => {
    for (const job of left) {
      const found = await readJob(url, job);
      if (typeof found === 'string') {
        wrong.push(found);
        continue;
      }
      const { resource, history } = found;
      const marksCount = markCounts.get(job.label) ?? 0;
      wrong.push(...judgeEnd(job, resource), ...judgeHistory(job, resource, history));
      if (isMarked(job) && (marksCount < 1 || marksCount > resource.attemptCount)) {
        wrong.push(`${job.label}: ${marksCount} host calls in ${resource.attemptCount} attempts`);
      }
      attemptCount += resource.attemptCount;
      returnedCount += history.filter(({ kind }) => kind === 'returned').length;
    }
  };
  await Promise.all(Array.from({ length: concurrentCount }, lane));
  wrong.push(...(await judgeLists(url, jobs)));
  return { jobCount: jobs.length, attemptCount, returnedCount, wrong };
}

/** Gives what the service knows of a job, or says that it knows nothing. */
async function readJob(
  url: string,
  job: Acknowledged,
): Promise<{ resource: JobResource; history: HistoryEvent[] } | string> {
  const headers = headersOf(job);
  const { status, json, text } = await send(url, `/v1/jobs/${job.id}`, { headers });
  if (status !== 200) return `${job.label} is lost: ${status} ${text}`;
  const answer = await fetch(`${url}/v1/jobs/${job.id}/events`, { headers });
  const history: HistoryEvent[] = [];
  for await (const { data } of readEvents(answer)) history.push(JSON.parse(data) as HistoryEvent);
  return { resource: json as JobResource, history };
}

/** Whether what happened to a job, as its history tells it, can have happened. */
export function judgeHistory(
  { label, seenEnd }: Pick<Acknowledged, 'label' | 'seenEnd'>,
  { attemptCount, settledAt }: Pick<JobResource, 'attemptCount' | 'settledAt'>,
  history: readonly HistoryEvent[],
): string[] {
  const kinds = history.map(({ kind }) => kind);
  const isOnce = (kind: HistoryEvent['kind']): boolean =>
    kinds.indexOf(kind) === kinds.lastIndexOf(kind);
  const wrong: string[] = [];
  const expect = (isSo: boolean, what: string): void => {
    if (!isSo) wrong.push(`${label}: ${what}: ${JSON.stringify(history)}`);
  };
  const hasNoGap = history.every(({ seq }, index) => seq === index + 1);
  expect(hasNoGap, 'its history has gaps');
  expect(kinds[0] === 'queued' && isOnce('queued'), 'its history does not begin with queued');
  expect(kinds.at(-1) === 'settled' && isOnce('settled'), 'it is not settled once');
  expect(seenEnd === undefined || seenEnd.settledAt === settledAt, 'it was settled before');
  const attempts = Map.groupBy(history.slice(1, -1), ({ facts }) =>
    'attempt' in facts ? facts.attempt : attemptCount,
  );
  for (let attempt = 1; attempt <= attemptCount; attempt++) {
    const fault = judgeAttempt(attempts.get(attempt) ?? [], attempt === attemptCount);
    expect(fault === undefined, `attempt ${attempt} ${fault}`);
    attempts.delete(attempt);
  }
  expect(attempts.size === 0, `attempts ${[...attempts.keys()].join(', ')} are not counted`);
  return wrong;
}

/** What is wrong with what happened in one attempt. The last one ends with the job, unless it had ended before. */
function judgeAttempt(events: readonly HistoryEvent[], isLast: boolean): string | undefined {
  const kinds = events.map(({ kind }) => kind);
  const starts = kinds.filter((kind) => kind === 'started');
  const ends = kinds.filter((kind) => kind === 'retrying' || kind === 'returned');
  // An executor that is killed at once may not have come to say that it had begun.
  const isLostAtOnce = starts.length === 0 && kinds.join() === 'returned';
  if (!isLostAtOnce && (starts.length !== 1 || kinds[0] !== 'started')) return 'has no beginning';
  if (ends.length > 1 || (ends.length === 0 && !isLast)) return 'has no end, or two';
  if (ends.length === 1 && kinds.at(-1) !== ends[0]) return 'goes on after its end';
  return undefined;
}

/** Every job is in its tenant's list once, and nothing else is. */
async function judgeLists(url: string, jobs: readonly Acknowledged[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const tenant of new Set(jobs.map((job) => job.tenant))) {
    const ids: string[] = [];
    for await (const id of listIds(url, tenant)) ids.push(id);
    const listed = new Set(ids);
    if (listed.size !== ids.length) wrong.push(`${tenant}: jobs are listed twice`);
    const expected = new Set(jobs.filter((job) => job.tenant === tenant).map(({ id }) => id));
    wrong.push(...[...expected.difference(listed)].map((id) => `${id} is not listed`));
    wrong.push(...[...listed.difference(expected)].map((id) => `${id} was never acknowledged`));
  }
  return wrong;
}

async function* listIds(
  url: string,
  tenant: string,
  filter = '',
): AsyncGenerator<string, undefined> {
  let cursor = '';
  for (;;) {
    const path = `/v1/jobs?limit=200${filter}${cursor}`;
    const { status, json, text } = await send(url, path, { headers: { 'waybill-tenant': tenant } });
    if (status !== 200) throw new Error(`list of ${tenant}: ${status} ${text}`);
    const { items, next } = json as { items: JobSummary[]; next?: string };
    for (const { id } of items) yield id;
    if (next === undefined) return undefined;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Counts the host calls by job, and says which were made in a context that is not the job's, or twice in one attempt. */
function readMarks(
  jobs: readonly Acknowledged[],
  file: string,
  wrong: string[],
): ReadonlyMap<string, number> {
  const jobOf = new Map(jobs.map((job) => [job.label, job]));
  const counts = new Map<string, number>();
  const attempts = new Set<string>();
  if (!existsSync(file)) return counts;
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const [label, request, tenant, attempt] = JSON.parse(line) as Mark;
    const job = jobOf.get(label);
    if (request !== label || tenant !== job?.tenant || attempt.split(':')[0] !== job.id) {
      wrong.push(`mixed contexts: ${line}`);
    }
    if (attempts.has(attempt)) wrong.push(`run twice under one number: ${line}`);
    attempts.add(attempt);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}
