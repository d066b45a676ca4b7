import {
  isWaybillError,
  type DurableJob,
  type DurableJobFilter,
  type HistoryEntry,
  type Page,
} from '@waybill/protocol';
import { follow, type FollowOptions } from './follow.ts';
import type { CallOptions } from './options.ts';
import { toJobRequest, toMoment, type SubmitSpec } from './requests.ts';
import { readJob, readListedJob, type ListedJob } from './resources/job.ts';
import { itemsOf, readPage } from './resources/page.ts';
import { cancelled } from './time-limit.ts';
import type { Call, Transport } from './transport.ts';

/** What became of a submission. */
export interface SubmittedJob {
  readonly job: DurableJob;
  /** `false`: the idempotency key gave a job that was there already. */
  readonly isNew: boolean;
}

/** Which of the caller's durable jobs are listed. */
export type JobFilter = Omit<DurableJobFilter, 'tenant'>;

/** Durable jobs. */
export interface JobsClient {
  /**
   * Submits a job: when this resolves it will be settled, once. Sent again where no answer came, under its idempotency key or
   * one that is made for it, so that it is never submitted twice.
   */
  submit(spec: SubmitSpec, options?: CallOptions): Promise<SubmittedJob>;
  /** @throws `ERR_WAYBILL_JOB_NOT_FOUND` */
  get(id: string, options?: CallOptions): Promise<DurableJob>;
  /**
   * Gives the job as soon as it is settled, through restarts of the service. How long the job takes only `signal` bounds; `timeoutMs`
   * and `retries` (here 10 where the call does not say) are for each of the questions that this asks the service.
   *
   * @throws `ERR_WAYBILL_SERVICE_UNREACHABLE` where the service is away for longer than that: about half a minute
   */
  wait(id: string, options?: CallOptions): Promise<DurableJob>;
  /** Gives all jobs of the filter, the last submitted first, page by page as they are read. */
  list(filter?: JobFilter, options?: CallOptions): AsyncIterable<ListedJob>;
  /** Gives one page. */
  page(filter?: JobFilter, options?: CallOptions): Promise<Page<ListedJob>>;
  /**
   * Asks for the end of a job; one that is cancelled already is given as it is.
   *
   * @throws `ERR_WAYBILL_JOB_STATE` if it has succeeded or failed
   */
  cancel(id: string, options?: CallOptions & { readonly reason?: string }): Promise<DurableJob>;
  /** Puts a failed or cancelled job in the queue again. @throws `ERR_WAYBILL_JOB_STATE` */
  redrive(id: string, options?: CallOptions): Promise<DurableJob>;
  /**
   * Follows a job's history until it is settled, or gives what is there of it. Connections that break are opened again: no entry is
   * missed, none comes twice.
   */
  events(id: string, options?: FollowOptions): AsyncIterable<HistoryEntry>;
}

// Proxies commonly cut what is silent for a minute.
const longPollSeconds = 20;

// For a service that answers at once where it was asked to wait.
const pollMs = 500;

const waitRetries = 10;

/** Makes the part of a client that is about durable jobs. */
export function makeJobsClient(transport: Transport): JobsClient {
  const page: JobsClient['page'] = async (filter = {}, options = {}) => {
    const answer = await transport.request(
      { method: 'GET', path: ['v1', 'jobs'], query: toQuery(filter) },
      options,
    );
    return readPage(answer.body, readListedJob);
  };
  const get: JobsClient['get'] = async (id, options) => {
    const answer = await transport.request({ method: 'GET', path: ['v1', 'jobs', id] }, options);
    return readJob(answer.body);
  };
  return {
    page,
    get,
    submit: (spec, options) => submitTo(transport, ['v1', 'jobs'], { spec, options }),
    wait: (id, options) => waitFor(transport, id, options),
    list: (filter = {}, options = {}) =>
      itemsOf(filter.cursor, (cursor) => page({ ...filter, cursor }, options)),
    cancel: async (id, { reason, ...options } = {}) => {
      const call = { method: 'DELETE', path: ['v1', 'jobs', id], query: { reason } } as const;
      try {
        return readJob((await transport.request(call, options)).body);
      } catch (error) {
        // Of a request that came twice the second finds the job cancelled.
        if (!isWaybillError(error) || error.code !== 'ERR_WAYBILL_JOB_STATE') throw error;
        const job = await get(id, options);
        if (job.state === 'cancelled') return job;
        throw error;
      }
    },
    redrive: async (id, options) => {
      const path = ['v1', 'jobs', id, 'redrive'];
      return readJob((await transport.request({ method: 'POST', path }, options)).body);
    },
    events: (id, options = {}) => follow(transport, id, options),
  };
}

/** Submits a job to one of the two addresses that take them. */
export async function submitTo(
  transport: Transport,
  path: readonly string[],
  { spec, options }: { readonly spec: SubmitSpec; readonly options: CallOptions | undefined },
): Promise<SubmittedJob> {
  const given = spec.idempotencyKey;
  const answer = await transport.request(
    {
      method: 'POST',
      path,
      headers: { 'idempotency-key': given ?? crypto.randomUUID() },
      body: toJobRequest(spec),
      isRepeatable: true,
    },
    options,
  );
  // A key that was made here is new, also where the first answer was lost.
  return { job: readJob(answer.body), isNew: given === undefined || answer.status !== 200 };
}

async function waitFor(
  transport: Transport,
  id: string,
  { retries = waitRetries, ...rest }: CallOptions = {},
): Promise<DurableJob> {
  const { pace } = transport;
  const call = {
    method: 'GET',
    path: ['v1', 'jobs', id],
    query: { wait: longPollSeconds },
    extraMs: longPollSeconds * 1_000,
  } as const;
  const signal = rest.signal ?? new AbortController().signal;
  for (;;) {
    const askedAtMs = pace.now();
    const job = readJob((await transport.request(call, { ...rest, retries })).body);
    if (job.settledAtMs !== undefined) return job;
    const restMs = Math.max(0, askedAtMs + pollMs - pace.now());
    await pace.wait(restMs, signal).catch((error: unknown) => {
      throw signal.aborted ? cancelled(signal) : error;
    });
  }
}

function toQuery(filter: JobFilter): NonNullable<Call['query']> {
  const { states, submittedFromMs, submittedBeforeMs, ...rest } = filter;
  return {
    ...rest,
    state: states?.join(','),
    submittedFrom: optionalMoment('submittedFromMs', submittedFromMs),
    submittedBefore: optionalMoment('submittedBeforeMs', submittedBeforeMs),
  };
}

function optionalMoment(path: string, ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : toMoment(path, ms);
}
