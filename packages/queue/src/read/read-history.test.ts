import { randomUUID } from 'node:crypto';
import type { DurableJob, HistoryEntry } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { heldSignals } from './held-signals.fixture.ts';
import {
  databaseKinds,
  freshTenant,
  settle,
  startReady,
  useOffice,
} from '../queue-office.fixture.ts';
import { cancelJob } from '../tables/cancel-job.ts';
import { redriveJob } from '../tables/redrive-job.ts';
import { appendHistory } from '../tables/write-history.ts';
import { type HistoryWatch, createHistoryWatch } from './history-watch.ts';
import { readHistory } from './read-history.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const makeWatch = (
    changes: Partial<Parameters<typeof createHistoryWatch>[0]> = {},
  ): HistoryWatch => {
    const watch = createHistoryWatch({ ...office(), lookMs: 100_000, ...changes });
    onTestFinished(() => watch[Symbol.dispose]());
    return watch;
  };

  const note = async (jobId: string, count = 1, attempt?: number): Promise<void> => {
    const facts = { attempt: 1, seq: 0, level: 'log', text: 'a\0b' } as const;
    const entries = Array.from(
      { length: count },
      () => ({ jobId, attempt, kind: 'log', facts }) as const,
    );
    await appendHistory(office().database, entries);
    office().signals.tell('history', jobId);
  };

  /** Reads in the background; `seen` grows, `ended` settles with it. */
  const follow = (
    watch: HistoryWatch,
    { tenant, id }: Pick<DurableJob, 'tenant' | 'id'>,
    request: {
      readonly after?: number;
      readonly follow?: boolean;
      readonly signal?: AbortSignal;
    } = {},
  ) => {
    const seen: HistoryEntry[] = [];
    const read = async (): Promise<void> => {
      const whole = { tenant, jobId: id, after: 0, follow: true, signal: undefined, ...request };
      for await (const entry of readHistory(office().database, watch, whole)) seen.push(entry);
    };
    return { seen, ended: read(), hasSeen: (count: number) => until(() => seen.length >= count) };
  };

  test('a reader that does not follow gets what is there, page after page, and ends', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    await note(job.id, 450);
    const { seen, ended } = follow(makeWatch(), job, { after: 1, follow: false });
    await ended;
    expect(seen.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 450 }, (_, index) => index + 2),
    );
  });

  test('a reader gets what is there and then each new entry, once and without a gap, to the end', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    const { seen, ended, hasSeen } = follow(makeWatch(), job);
    await hasSeen(1);
    await startReady(office());
    await note(job.id, 450);
    await hasSeen(452);
    await settle(office(), job.id);
    await ended;
    expect(seen.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 453 }, (_, index) => index + 1),
    );
    const kinds = ['queued', 'started', 'log', 'settled'];
    expect([0, 1, 2, 452].map((at) => seen[at]?.kind)).toEqual(kinds);
    expect(seen[2]?.facts).toMatchObject({ text: 'a\0b' });
  });

  test('a reader that comes back with the last position misses and repeats nothing', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    await startReady(office());
    await note(job.id, 5);
    const leaving = new AbortController();
    const first = follow(makeWatch(), job, { signal: leaving.signal });
    await first.hasSeen(7);
    leaving.abort();
    await first.ended;
    await note(job.id, 2);
    await settle(office(), job.id);
    const second = follow(makeWatch(), job, { after: 7 });
    await second.ended;
    expect(second.seen.map(({ seq }) => seq)).toEqual([8, 9, 10]);
  });

  test('a job that was put in the queue again goes on for whoever reads it', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    const { signals, wake } = heldSignals();
    const { seen, ended, hasSeen } = follow(makeWatch({ signals }), job);
    await hasSeen(1);
    await cancelJob(office(), { tenant, jobId: job.id, reason: 'test' });
    await redriveJob(office(), tenant, job.id);
    wake();
    await hasSeen(3);
    await startReady(office());
    await settle(office(), job.id);
    wake();
    await ended;
    expect(seen.map(({ kind: of }) => of)).toEqual([
      'queued',
      'settled',
      'redriven',
      'started',
      'settled',
    ]);
  });

  test('a reader ends when its signal aborts, when the queue closes, and when the job is forgotten', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    const leaving = new AbortController();
    const closing = makeWatch();
    const staying = makeWatch({ lookMs: 1 });
    const readers = [
      follow(staying, job, { signal: leaving.signal }),
      follow(closing, job),
      follow(staying, job),
    ];
    await Promise.all(readers.map(({ hasSeen }) => hasSeen(1)));
    leaving.abort();
    await readers[0]?.ended;
    closing[Symbol.dispose]();
    await readers[1]?.ended;
    await office().database.query('DELETE FROM waybill.job WHERE id = $1', [job.id]);
    await readers[2]?.ended;
  });

  test('the history of a job that the tenant does not have is refused, and so is a position that is none', async () => {
    const tenant = freshTenant();
    const { job } = await office().submit({ tenant, source });
    const watch = makeWatch();
    const notFound = { code: 'ERR_WAYBILL_JOB_NOT_FOUND' };
    await expect(follow(watch, { ...job, tenant: freshTenant() }).ended).rejects.toMatchObject(
      notFound,
    );
    await expect(follow(watch, { ...job, id: randomUUID() }).ended).rejects.toMatchObject(notFound);
    await expect(follow(watch, { ...job, id: 'x' }).ended).rejects.toMatchObject(notFound);
    const badPosition = follow(watch, job, { after: -1 }).ended;
    await expect(badPosition).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_REQUEST' });
  });
});
