import type { JobResource } from '@waybill/protocol/http';
import type { SeededRandom } from '@waybill/testkit';
import type autocannon from 'autocannon';
import { bodyOf, headersOf, type LoadJob } from '../chaos/durable-jobs.ts';
import { type Acknowledged, judgeAnswer, type LoadMethod } from '../chaos/durable-load.ts';
import type { LoadNews } from './load-news.ts';

/** What all connections have in common. */
export interface LaneWork {
  readonly random: SeededRandom;
  /** Those that were acknowledged on any connection. */
  readonly jobs: Acknowledged[];
  /** Gives the next job to submit, while there is one. */
  readonly nextJob: () => LoadJob | undefined;
  readonly tell: (news: LoadNews) => void;
}

/** A request for a job. */
interface Ask {
  readonly method: LoadMethod;
  readonly job: LoadJob;
  readonly path: string;
  /** Its answer has the same one. */
  readonly requestId: string;
}

function makeAsk(method: LoadMethod, job: LoadJob, id?: string): Ask {
  const { label } = job;
  const path = id === undefined ? '/v1/jobs' : `/v1/jobs/${id}`;
  // Of a submission it is carried to the job, and judged.
  return { method, job, path, requestId: method === 'POST' ? label : `${label}-${method}` };
}

/** What one connection asks for: submits a job, cancels it if it is of that kind, looks at some job; and so on. */
export class Lane {
  /** Whether there is nothing more to do. */
  isIdle = false;
  readonly #work: LaneWork;
  readonly #asks: Ask[] = [];
  #last: Ask | undefined;

  constructor(work: LaneWork) {
    this.#work = work;
  }

  /** Makes the next request of a connection; what had no answer is asked for again. */
  nextRequest(request: autocannon.Request): autocannon.Request {
    if (this.#asks.length === 0) this.#begin();
    // Autocannon cannot let a connection rest: an idle one repeats itself, and nobody listens.
    const ask = this.#asks[0] ?? this.#last;
    if (!ask) throw new Error('Expected a job for every connection.');
    this.#last = ask;
    const { method, path, job, requestId } = ask;
    return {
      ...request,
      method,
      path,
      headers: {
        ...headersOf(job),
        'x-request-id': requestId,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
      body: method === 'POST' ? JSON.stringify(bodyOf(job)) : '',
    };
  }

  /** Takes the answer to the last request. Gives whether the service takes work. */
  takeAnswer(status: number, text: string, requestId: unknown): boolean {
    if (status === 503 || status === 429) return false;
    const [ask] = this.#asks;
    // After a connection broke, autocannon may hand out the answer to a request of before.
    if (!ask || ask.requestId !== requestId) return true;
    this.#asks.shift();
    const wrong = judgeAnswer(ask.job, ask.method, { status, text });
    for (const what of wrong) this.#work.tell({ what: 'wrong', wrong: what });
    if (wrong.length === 0) this.#takeResource(ask, text);
    return true;
  }

  #begin(): void {
    const job = this.#work.nextJob();
    if (job) this.#asks.push(makeAsk('POST', job));
    else this.isIdle = true;
  }

  #takeResource({ method, job }: Ask, text: string): void {
    const { random, jobs, tell } = this.#work;
    const resource = JSON.parse(text) as JobResource;
    const { id, state, attemptCount, settledAt } = resource;
    if (method === 'GET' && settledAt !== undefined) {
      tell({ what: 'seen', label: job.label, end: { state, attemptCount, settledAt } });
    }
    if (method !== 'POST') return;
    const acknowledged = { ...job, id };
    jobs.push(acknowledged);
    tell({ what: 'acknowledged', job: acknowledged });
    if (job.kind === 'isCancelled') this.#asks.push(makeAsk('DELETE', job, id));
    const seen = random.pick(jobs);
    this.#asks.push(makeAsk('GET', seen, seen.id));
  }
}
