import { randomUUID } from 'node:crypto';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import type { Queryable } from '../database/database.ts';
import { heldSignals } from './held-signals.fixture.ts';
import { createHistoryWatch } from './history-watch.ts';
import { untilSettled } from './until-settled.ts';

const jobId = randomUUID();

/** A wait for one job of a table that holds nothing else. */
function makeBench() {
  const { signals, wake } = heldSignals();
  const job = { state: 'queued', historyCount: 1 };
  const bench = { isThere: true, looksCount: 0 };
  const database = {
    query: async () => {
      bench.looksCount += 1;
      return bench.isThere ? [{ ...job }] : [];
    },
  } as unknown as Queryable;
  const parts = { database, signals, onError: () => undefined, lookMs: 100_000 };
  const watch = createHistoryWatch(parts as unknown as Parameters<typeof createHistoryWatch>[0]);
  const end = new AbortController();
  const request = { tenant: 'acme', jobId, signal: end.signal };
  const ended = untilSettled(database, watch, request);
  return { bench, job, end, ended, watch, tell: () => wake(new Set([jobId])) };
}

test('the end of a job ends the wait', async () => {
  const { bench, job, ended, tell } = makeBench();
  await until(() => bench.looksCount === 1);
  job.state = 'succeeded';
  tell();
  await ended;
  expect(bench.looksCount).toBe(2);
});

test('a job that is forgotten meanwhile ends it, and so does its signal, and the end of the watch', async () => {
  const forgotten = makeBench();
  await until(() => forgotten.bench.looksCount === 1);
  forgotten.bench.isThere = false;
  forgotten.tell();
  await forgotten.ended;
  const aborted = makeBench();
  aborted.end.abort();
  await aborted.ended;
  const closed = makeBench();
  closed.watch[Symbol.dispose]();
  await closed.ended;
});

test('however much a job writes, it is looked at a few times at first, and then every 250 ms', async () => {
  const { bench, end, ended, tell } = makeBench();
  try {
    await until(() => bench.looksCount === 1);
    const startedMs = Date.now();
    while (Date.now() - startedMs < 600) {
      tell();
      await new Promise(setImmediate);
    }
    // 4, 8, 16, 32, 64, 128 and 250 ms: eight looks in 502 ms, where each signal would have been thousands.
    expect(bench.looksCount).toBeGreaterThan(4);
    expect(bench.looksCount).toBeLessThanOrEqual(9);
  } finally {
    end.abort();
    await ended;
  }
});
