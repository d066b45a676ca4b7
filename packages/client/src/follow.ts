import type { HistoryEntry, HistoryKind } from '@waybill/protocol';
import { badAnswer } from './bad-answer.ts';
import type { CallOptions } from './options.ts';
import { backoffMs } from './pace.ts';
import { readHistoryEntry } from './resources/history.ts';
import { readServerEvents } from './server-events.ts';
import { cancelled } from './time-limit.ts';
import type { Call, Refusal, Transport } from './transport.ts';

/** From where and until when a job's history is followed. */
export interface FollowOptions extends Omit<CallOptions, 'timeoutMs'> {
  /** Entries up to this one are left out. @defaultValue 0: none is */
  readonly after?: number | undefined;
  /** `false`: gives the entries that are there, and ends. @defaultValue true */
  readonly follow?: boolean | undefined;
}

/** The service sends a heartbeat every 15 s: three that are missing are a connection that is gone. */
const silenceMs = 45_000;

/** A connection that held so long was a good one, whatever came over it. */
const steadyMs = 5_000;

const longestRetryMs = 30_000;
const defaultRetries = 10;

/**
 * Gives the entries of a job's history, in order, none twice and none left out, until the job is settled, or with `follow: false`
 * those that are there. Connections that break are opened again behind the last entry.
 *
 * @throws the service's error; `ERR_WAYBILL_SERVICE_UNREACHABLE` after too many failures in a row, `ERR_WAYBILL_BAD_ANSWER`,
 *   `ERR_WAYBILL_CANCELLED`
 */
export async function* follow(
  transport: Transport,
  jobId: string,
  { after = 0, follow: isLive = true, signal, retries = defaultRetries }: FollowOptions,
): AsyncGenerator<HistoryEntry, void, undefined> {
  const { pace } = transport;
  // Nobody else's: it never aborts.
  const wish = signal ?? new AbortController().signal;
  const follower = new Follower(transport, jobId, { after, isLive });
  for (let failureCount = 1; ; failureCount += 1) {
    const openedAtMs = pace.now();
    const seqBefore = follower.seq;
    const ending = yield* follower.connect(wish);
    if (ending === 'over') return;
    if (wish.aborted) throw cancelled(wish);
    if (follower.seq > seqBefore || pace.now() - openedAtMs >= steadyMs) failureCount = 1;
    if (ending === 'again') continue;
    if (!ending.isPassing || failureCount > retries) throw ending.error;
    const backMs = Math.max(follower.retryMs, backoffMs(failureCount, pace));
    await pace.wait(ending.retryAfterMs ?? backMs, wish).catch((error: unknown) => {
      throw wish.aborted ? cancelled(wish) : error;
    });
  }
}

/**
 * How a connection ended. `over`: nothing more will come. `again`: the job is settled, and the next connection tells at once that
 * there is nothing more, or goes on where the job was put in the queue again. Else why it broke off.
 */
type Ending = 'over' | 'again' | Refusal;

/** Reads one history over any number of connections, one after the other. */
class Follower {
  /** Of the last entry that was read. */
  seq: number;
  /** What the service asks for between two connections. */
  retryMs = 0;
  readonly #transport: Transport;
  readonly #call: Call;
  readonly #isLive: boolean;

  constructor(
    transport: Transport,
    jobId: string,
    { after, isLive }: { readonly after: number; readonly isLive: boolean },
  ) {
    this.#transport = transport;
    const query = isLive ? {} : { follow: 'false' };
    this.#call = { method: 'GET', path: ['v1', 'jobs', jobId, 'events'], query };
    this.#isLive = isLive;
    this.seq = after;
  }

  /** Reads one connection to its end. */
  async *connect(wish: AbortSignal): AsyncGenerator<HistoryEntry, Ending, undefined> {
    const connection = new AbortController();
    const abort = (): void => connection.abort();
    wish.addEventListener('abort', abort, { once: true });
    if (wish.aborted) abort();
    try {
      const response = await this.#open(connection);
      if ('error' in response) return response;
      if (response.status === 204) return 'over';
      const seqBefore = this.seq;
      const last = yield* this.#read(response);
      // The service lets such a stream break off, where it cannot tell all.
      if (!this.#isLive) return 'over';
      // Whether more follows only the next answer says: a service that stops ends its streams in the same way.
      if (this.seq > seqBefore && last === 'settled') return 'again';
      return this.#transport.refusalOf(new Error('its events broke off'));
    } catch (error) {
      return this.#transport.refusalOf(error);
    } finally {
      wish.removeEventListener('abort', abort);
      abort();
    }
  }

  async #open(connection: AbortController): Promise<Response | Refusal> {
    const headers = {
      accept: 'text/event-stream',
      ...(this.seq > 0 && { 'last-event-id': String(this.seq) }),
    };
    const timer = setTimeout(() => connection.abort(), this.#transport.settings.timeoutMs);
    try {
      return await this.#transport.open({ ...this.#call, headers }, connection.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns kind of the last entry, if one came */
  async *#read({
    headers,
    body,
  }: Response): AsyncGenerator<HistoryEntry, HistoryKind | undefined, undefined> {
    let last: HistoryKind | undefined;
    const type = headers.get('content-type') ?? 'no content type';
    if (body === null || !type.startsWith('text/event-stream')) {
      throw badAnswer(`it sent ${type} instead of a stream of events`);
    }
    const events = readServerEvents(body, {
      maxChars: this.#transport.settings.maxAnswerBytes,
      silenceMs,
      onRetry: (ms) => (this.retryMs = Math.min(ms, longestRetryMs)),
    });
    for await (const { data } of events) {
      const entry = this.#take(data);
      if (entry === undefined) continue;
      last = entry.kind;
      yield entry;
    }
    return last;
  }

  /** Gives the entry that is next, and nothing for one that was read before. */
  #take(data: string): HistoryEntry | undefined {
    const entry = readHistoryEntry(parse(data));
    if (entry.seq <= this.seq) return undefined;
    if (entry.seq > this.seq + 1) {
      // Something got lost on the way: the next connection begins behind the last entry.
      throw new Error(`entry ${this.seq + 1} of the history did not come`);
    }
    this.seq = entry.seq;
    return entry.kind === undefined ? undefined : entry;
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch (cause) {
    throw badAnswer('the data of an event is not JSON', {}, cause);
  }
}
