import type { JobResource } from '@waybill/protocol/http';
import { type SeededRandom, seededRandom } from '@waybill/testkit';
import { pause } from '../support/pause.ts';
import { sendUntilAnswered } from '../support/service-requests.ts';
import { bodyOf, headersOf, type LoadJob, makeJobs } from './durable-jobs.ts';

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

/** What was seen of the end of a job. */
export type SeenEnd = Pick<JobResource, 'state' | 'attemptCount' | 'settledAt'>;

/** What is known of a job that was acknowledged. */
export interface Acknowledged extends LoadJob {
  readonly id: string;
  /** While the load went on. */
  seenEnd?: SeenEnd;
}

/** Submits jobs until it is stopped, cancels some of them, and looks at others while the service is killed. */
export interface Load extends AsyncDisposable {
  /** Those that were acknowledged. */
  readonly jobs: readonly Acknowledged[];
  readonly wrong: readonly string[];
  /** Requests that had to be sent again. */
  readonly againCount: number;
  /** Whether it submits no more by itself. */
  readonly isComplete: boolean;
  /** Begins no more; what was begun is acknowledged when this resolves. @throws Error when the load could not go on */
  stop(): Promise<void>;
}

const goodStatuses = {
  POST: [200, 202],
  GET: [200],
  // The first time may have worked and its answer been lost: then it is cancelled already.
  DELETE: [202, 409],
} as const satisfies Record<string, readonly number[]>;

/** What a load does with a job: submit it, look at it, cancel it. */
export type LoadMethod = keyof typeof goodStatuses;

/** What is wrong with an answer; nothing, as a rule. */
export function judgeAnswer(
  { label }: LoadJob,
  method: LoadMethod,
  { status, text }: { status: number; text: string },
): string[] {
  const isGood = goodStatuses[method].some((good) => good === status);
  return isGood ? [] : [`${label}: ${method}: ${status} ${text}`];
}

/** Notes how a job is seen, and says what is wrong: what is settled once must be the same whenever it is looked at. */
export function noteEnd(job: Acknowledged, { state, attemptCount, settledAt }: SeenEnd): string[] {
  if (settledAt === undefined) return [];
  const before = job.seenEnd;
  job.seenEnd = { state, attemptCount, settledAt };
  const both = [before ?? job.seenEnd, job.seenEnd].map((end) => JSON.stringify(end));
  return both[0] === both[1] ? [] : [`${job.label}: settled twice: ${both.join()}`];
}

/** The load that this process sends. */
export class DurableLoad implements Load {
  readonly jobs: Acknowledged[] = [];
  readonly wrong: string[] = [];
  againCount = 0;
  isComplete = false;
  readonly #url: string;
  readonly #newJobs: Generator<LoadJob, undefined>;
  // Apart: how often it looks depends on the time that things take, what is submitted does not.
  readonly #watchRandom: SeededRandom;
  readonly #lanes: Promise<void>[];
  #isOver = false;

  constructor({ url, seed, laneCount = 8, jobCount }: LoadOptions) {
    this.#url = url;
    this.#newJobs = makeJobs(seed, jobCount);
    this.#watchRandom = seededRandom(seed + 2);
    this.#lanes = Array.from({ length: laneCount }, () => this.#submitAll());
    void Promise.allSettled(this.#lanes).then(() => (this.isComplete = true));
    this.#lanes.push(this.#watch());
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ask(job: LoadJob, method: LoadMethod, path: string): Promise<JobResource | undefined> {
    const answer = await sendUntilAnswered(this.#url, path, {
      method,
      headers: headersOf(job),
      ...(method === 'POST' && { body: bodyOf(job) }),
      onAgain: () => (this.againCount += 1),
    });
    const wrong = judgeAnswer(job, method, answer);
    this.wrong.push(...wrong);
    return wrong.length === 0 ? (answer.json as JobResource) : undefined;
  }

  async #submitAll(): Promise<void> {
    for (const job of this.#newJobs) {
      await this.#submit(job);
      if (this.#isOver) return;
    }
  }

  async #submit(job: LoadJob): Promise<void> {
    const acknowledged = await this.#ask(job, 'POST', '/v1/jobs');
    if (!acknowledged) return;
    const { id } = acknowledged;
    this.jobs.push({ ...job, id });
    if (job.kind === 'isCancelled') await this.#ask(job, 'DELETE', `/v1/jobs/${id}`);
  }

  /** Looks at one job after the other. */
  async #watch(): Promise<void> {
    while (!this.#isOver && !this.isComplete) {
      await pause(5);
      if (this.jobs.length === 0) continue;
      const job = this.#watchRandom.pick(this.jobs);
      const resource = await this.#ask(job, 'GET', `/v1/jobs/${job.id}`);
      if (resource) this.wrong.push(...noteEnd(job, resource));
    }
  }
}
