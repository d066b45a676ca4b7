import type { JobResource } from '@waybill/protocol/http';
import { type SeededRandom, seededRandom } from '@waybill/testkit';
import { pause } from '../support/pause.ts';
import { sendUntilAnswered, type ServiceAnswer } from '../support/service-requests.ts';
import { bodyOf, headersOf, kindNames, type LoadJob } from './durable-jobs.ts';

/** How a load is sent. */
export interface LoadOptions {
  /** Address of the service, which may be away for a while. */
  readonly url: string;
  /** The same one gives the same jobs. */
  readonly seed: number;
  /** Jobs that are submitted at once. @defaultValue 8 */
  readonly laneCount?: number;
  /** No more than so many. @defaultValue as many as there is time for */
  readonly jobCount?: number;
}

/** What is known of a job that was acknowledged. */
export interface Acknowledged extends LoadJob {
  readonly id: string;
  /** What was seen of its end while the load went on. */
  seenEnd?: Pick<JobResource, 'state' | 'attemptCount' | 'settledAt'>;
}

/** Submits jobs until it is stopped, cancels some of them, and looks at others while the service is killed. */
export class DurableLoad implements AsyncDisposable {
  readonly jobs: Acknowledged[] = [];
  readonly wrong: string[] = [];
  /** Requests that had to be sent again. */
  againCount = 0;
  readonly #options: LoadOptions;
  readonly #random: SeededRandom;
  // Apart: how often it looks depends on the time that things take, what is submitted does not.
  readonly #watchRandom: SeededRandom;
  readonly #lanes: Promise<void>[];
  #startedCount = 0;
  #isOver = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#watchRandom = seededRandom(options.seed + 2);
    const { laneCount = 8 } = options;
    this.#lanes = Array.from({ length: laneCount }, () => this.#submitAll());
    this.#lanes.push(this.#watch());
  }

  /** Whether every job that was asked for is acknowledged. */
  get isComplete(): boolean {
    return this.jobs.length >= (this.#options.jobCount ?? Infinity);
  }

  /** Sends no more; what was begun is acknowledged when this resolves. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #makeJob(): LoadJob {
    const number = this.#startedCount++;
    const kind = this.#random.pick(kindNames);
    const traceId = (number + 1).toString(16).padStart(32, 'a');
    const label = `load-${this.#random.seed}-${number}`;
    return { label, tenant: `tenant-${number % 3}`, kind, traceId };
  }

  async #send(
    job: LoadJob,
    path: string,
    parts: { method?: string; body?: unknown },
  ): Promise<ServiceAnswer> {
    return sendUntilAnswered(this.#options.url, path, {
      ...parts,
      headers: headersOf(job),
      onAgain: () => (this.againCount += 1),
    });
  }

  async #submitAll(): Promise<void> {
    const { jobCount = Infinity } = this.#options;
    while (!this.#isOver && this.#startedCount < jobCount) await this.#submit(this.#makeJob());
  }

  async #submit(job: LoadJob): Promise<void> {
    const answer = await this.#send(job, '/v1/jobs', { method: 'POST', body: bodyOf(job) });
    if (answer.status !== 202 && answer.status !== 200) {
      this.wrong.push(`${job.label}: submitted: ${answer.status} ${answer.text}`);
      return;
    }
    const { id } = answer.json as JobResource;
    this.jobs.push({ ...job, id });
    if (job.kind !== 'isCancelled') return;
    const cancelled = await this.#send(job, `/v1/jobs/${id}`, { method: 'DELETE' });
    // The first time may have worked and its answer been lost: then it is cancelled already.
    if (cancelled.status !== 202 && cancelled.status !== 409) {
      this.wrong.push(`${job.label}: cancelled: ${cancelled.status} ${cancelled.text}`);
    }
  }

  /** Looks at one job after the other. What is settled once must be the same whenever it is looked at. */
  async #watch(): Promise<void> {
    while (!this.#isOver && !this.isComplete) {
      await pause(5);
      if (this.jobs.length === 0) continue;
      const job = this.#watchRandom.pick(this.jobs);
      const { status, json, text } = await this.#send(job, `/v1/jobs/${job.id}`, {});
      if (status !== 200) {
        this.wrong.push(`${job.label}: acknowledged, and then ${status} ${text}`);
        continue;
      }
      const { state, attemptCount, settledAt } = json as JobResource;
      if (settledAt === undefined) continue;
      const end = { state, attemptCount, settledAt };
      if (job.seenEnd && JSON.stringify(job.seenEnd) !== JSON.stringify(end)) {
        const both = JSON.stringify([job.seenEnd, end]);
        this.wrong.push(`${job.label}: settled twice: ${both}`);
      }
      job.seenEnd = end;
    }
  }
}
