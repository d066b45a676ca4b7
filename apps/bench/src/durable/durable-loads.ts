import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { WrongAnswer } from '../lanes/lane.ts';
import type { CallBook } from '../method/call-book.ts';
import { quantile } from '../method/ratio.ts';
import { type DurableLane, type DurableLaneJob, settled } from './durable-lane.ts';

const restMs = 10;

const payload = 'x'.repeat(900);

const tenants = ['acme', 'bolt', 'cube', 'dune'];

/** A load of jobs that are submitted as fast as they are accepted. */
export interface DurableLoad {
  readonly jobCount: number;
  /** Loops that submit, each one job after the other. */
  readonly producerCount: number;
}

/** Has many jobs run at once. @returns how many a second, from the first submission until all are settled */
export async function measureMany(
  lane: DurableLane,
  book: CallBook,
  { jobCount, producerCount }: DurableLoad,
): Promise<number> {
  const first = book.next;
  const end = first + jobCount;
  book.count(jobCount);
  const before = lane.settledCount();
  const seen = new Map<number, number>();
  lane.onStart = (job) => {
    seen.set(job.number, (seen.get(job.number) ?? 0) + 1);
    check(job, book);
  };
  let next = first;
  const produce = async (): Promise<void> => {
    while (next < end) await lane.accept(jobOf(next++));
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: producerCount }, produce));
  await settled(lane, before + jobCount);
  const seconds = (performance.now() - startMs) / 1_000;
  for (let number = first; number < end; number++) {
    const count = seen.get(number) ?? 0;
    if (count !== 1) book.fail(new Error(`${lane.name} ran job ${number} ${count} times`));
  }
  return jobCount / seconds;
}

/** Submits jobs one after the other, each to a queue with nothing to do. @returns the median from submission to start, in ms */
export async function measureIdle(
  lane: DurableLane,
  book: CallBook,
  jobCount: number,
): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < jobCount; index++) {
    const job = jobOf(book.next);
    book.count();
    const started = Promise.withResolvers<void>();
    lane.onStart = (got) => {
      check(got, book, job);
      started.resolve();
    };
    const before = lane.settledCount();
    const startMs = performance.now();
    const accepted = lane.accept(job);
    // What is never accepted never starts.
    await Promise.race([started.promise, accepted.then(() => started.promise)]);
    tookMs.push(performance.now() - startMs);
    await accepted;
    await settled(lane, before + 1);
    // What is written after a job has settled is not what the next one is to wait for.
    await wait(restMs);
  }
  return quantile(
    tookMs.toSorted((one, other) => one - other),
    0.5,
  );
}

function jobOf(number: number): DurableLaneJob {
  return { number, tenant: tenants[number % tenants.length] ?? '', payload };
}

function check(got: DurableLaneJob, book: CallBook, expected = jobOf(got.number)): void {
  if (!isDeepStrictEqual(got, expected)) book.fail(new WrongAnswer(expected, got));
}
