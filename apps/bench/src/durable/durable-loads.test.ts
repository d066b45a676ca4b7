import { expect, test } from 'vitest';
import { CallBook } from '../method/call-book.ts';
import type { DurableLane, DurableLaneJob } from './durable-lane.ts';
import { measureIdle, measureMany } from './durable-loads.ts';

/** A lane that runs each job at once, as often and in the form that the test says. */
class FakeLane implements DurableLane {
  readonly name = 'fake';
  onStart: (job: DurableLaneJob) => void = () => {};
  readonly #starts: (job: DurableLaneJob) => readonly DurableLaneJob[];
  #settledCount = 0;

  constructor(starts: (job: DurableLaneJob) => readonly DurableLaneJob[] = (job) => [job]) {
    this.#starts = starts;
  }

  async accept(job: DurableLaneJob): Promise<void> {
    for (const started of this.#starts(job)) this.onStart(started);
    this.#settledCount += 1;
  }

  settledCount(): number {
    return this.#settledCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const load = { jobCount: 10, producerCount: 3 };

test('jobs that each run once, as they were submitted, are counted and nothing else', async () => {
  const book = new CallBook();
  const lane = new FakeLane();
  expect(await measureMany(lane, book, load)).toBeGreaterThan(0);
  expect(await measureMany(lane, book, load)).toBeGreaterThan(0);
  expect(await measureIdle(lane, book, 2)).toBeGreaterThanOrEqual(0);
  expect(book.checks()).toMatchObject({ callCount: 22, wrongCount: 0, failedCount: 0 });
});

test('a job that runs twice, and one that never does, are failures', async () => {
  const book = new CallBook();
  await measureMany(new FakeLane((job) => (job.number === 3 ? [job, job] : [job])), book, load);
  expect(book.checks()).toMatchObject({
    failedCount: 1,
    examples: ['Error: fake ran job 3 2 times'],
  });
  await measureMany(new FakeLane((job) => (job.number === 14 ? [] : [job])), book, load);
  expect(book.checks()).toMatchObject({ wrongCount: 0, failedCount: 2 });
});

test('a job that runs for another tenant, or with another payload, is a wrong answer', async () => {
  for (const other of [{ tenant: 'mallory' }, { payload: 'y' }]) {
    const book = new CallBook();
    const lane = new FakeLane((job) => [job.number === 3 ? { ...job, ...other } : job]);
    await measureMany(lane, book, load);
    expect(book.checks()).toMatchObject({ wrongCount: 1, failedCount: 0 });
  }
});

test('a job that is started with the number of another one is a wrong answer in an empty queue', async () => {
  const book = new CallBook();
  await measureIdle(new FakeLane((job) => [{ ...job, number: job.number + 4 }]), book, 1);
  expect(book.checks()).toMatchObject({ wrongCount: 1 });
});

test('a job that is not accepted ends the measurement with the reason', async () => {
  const lane = new FakeLane(() => {
    throw new Error('the database is away');
  });
  await expect(measureIdle(lane, new CallBook(), 1)).rejects.toThrow('the database is away');
});
