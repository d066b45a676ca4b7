import { makeError, isWaybillError, type WaybillError } from '@waybill/protocol';
import { readJson } from './answer.ts';
import { badAnswer } from './bad-answer.ts';
import { assertWhole, type CallOptions, type ClientSettings } from './options.ts';
import { backoffMs, type Pace } from './pace.ts';
import { errorOfProblem } from './problem.ts';
import { cancelled, TimeLimit } from './time-limit.ts';

/** One request of the HTTP interface. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments of the address, as they are: `['v1', 'jobs', id]`. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes out as JSON. */
  readonly body?: unknown;
  /** Whether it does no harm if it arrives twice. @defaultValue true for all but POST */
  readonly isRepeatable?: boolean;
  /** A status that is no success and an answer all the same. */
  readonly alsoExpected?: number;
  /** Time that the service may take on top of the timeout, in ms. @defaultValue 0 */
  readonly extraMs?: number;
}

/** A success. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A failure, and whether and when the request may be sent again. */
export interface Refusal {
  readonly error: WaybillError;
  readonly isPassing: boolean;
  /** What the service asked for. */
  readonly retryAfterMs: number | undefined;
}

// What a proxy in front of the service says while the service is away.
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);
const passingStatuses: ReadonlySet<number> = new Set([408, 429, ...gatewayStatuses]);

/** Sends requests to one service: with its credentials, within its time, and again where that is safe. */
export class Transport {
  readonly settings: ClientSettings;
  readonly pace: Pace;

  /** Opens nothing: `fetch` keeps the connections. */
  constructor(settings: ClientSettings, pace: Pace) {
    this.settings = settings;
    this.pace = pace;
  }

  /**
   * Gives the answer to a request.
   *
   * @throws the service's error; `ERR_WAYBILL_SERVICE_UNREACHABLE`, `ERR_WAYBILL_BAD_ANSWER`, `ERR_WAYBILL_CANCELLED`
   */
  async request(call: Call, options: CallOptions = {}): Promise<Answer> {
    const { timeoutMs = this.settings.timeoutMs, retries = this.settings.retries } = options;
    assertWhole('timeoutMs', timeoutMs, [1, 86_400_000]);
    assertWhole('retries', retries, [0, 100]);
    const { signal } = options;
    const { extraMs = 0, isRepeatable = call.method !== 'POST' } = call;
    using limit = new TimeLimit({ timeoutMs: timeoutMs + extraMs, signal, pace: this.pace });
    for (let failureCount = 1; ; failureCount += 1) {
      const answer = await this.#attempt(call, limit);
      if (!('error' in answer)) return answer;
      if (!isRepeatable || !answer.isPassing || failureCount > retries) throw answer.error;
      const waitMs = answer.retryAfterMs ?? backoffMs(failureCount, this.pace);
      if (waitMs >= limit.remainingMs) throw answer.error;
      await this.#wait(waitMs, limit, signal);
    }
  }

  /**
   * Opens an answer that is read bit by bit, with one try.
   *
   * @param signal - ends the stream, also after this has resolved; whoever calls has to abort it at last
   * @returns a success whose body has not been read, or why there is none
   */
  async open(call: Call, signal: AbortSignal): Promise<Response | Refusal> {
    const request = await this.#prepare(call);
    try {
      const response = await this.settings.fetch(request.address, { ...request.init, signal });
      return response.ok ? response : await this.#readRefusal(response);
    } catch (error) {
      return this.refusalOf(error);
    }
  }

  async #attempt(call: Call, limit: TimeLimit): Promise<Answer | Refusal> {
    const { signal } = limit;
    if (signal.aborted) throw limit.toError(this.settings.url);
    // What the caller's own functions throw is the caller's.
    const { address, init } = await this.#prepare(call);
    try {
      const response = await this.settings.fetch(address, { ...init, signal });
      const { ok, status } = response;
      if (!ok && status !== call.alsoExpected) return await this.#readRefusal(response);
      const body = await readJson(response, this.settings.maxAnswerBytes);
      return { status, body };
    } catch (error) {
      if (signal.aborted) throw limit.toError(this.settings.url);
      return this.refusalOf(error);
    }
  }

  async #prepare(call: Call): Promise<{ readonly address: string; readonly init: RequestInit }> {
    const { method, body } = call;
    const address = this.settings.url + addressOf(call);
    const init: RequestInit = {
      method,
      headers: await this.#headersOf(call),
      // A redirect could lead the token, or a job, somewhere else.
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'omit',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    return { address, init };
  }

  async #headersOf({ headers, body }: Call): Promise<Headers> {
    const { token, tenant, headers: hook } = this.settings;
    const all = new Headers(hook());
    all.set('accept', 'application/json');
    if (body !== undefined) all.set('content-type', 'application/json');
    if (tenant !== undefined) all.set('waybill-tenant', tenant);
    const credentials = await token();
    if (credentials !== undefined) setToken(all, credentials);
    for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
    return all;
  }

  async #readRefusal(response: Response): Promise<Refusal> {
    const { status, headers } = response;
    const type = headers.get('content-type') ?? '';
    const retryAfterMs = readRetryAfterMs(headers.get('retry-after'));
    if (type.startsWith('application/problem+json')) {
      const error = errorOfProblem(status, await readJson(response, this.settings.maxAnswerBytes));
      const isPassing = error.retryable && passingStatuses.has(status);
      return { error, isPassing, retryAfterMs };
    }
    await response.body?.cancel();
    if (gatewayStatuses.has(status)) {
      const error = this.#unreachable(`a gateway answers with status ${status}`, { status });
      return { error, isPassing: true, retryAfterMs };
    }
    const words = `status ${status} without a problem document`;
    return { error: badAnswer(words, { status }), isPassing: false, retryAfterMs };
  }

  /** What became of a request whose connection, or whose answer, broke. */
  refusalOf(error: unknown): Refusal {
    if (isWaybillError(error)) {
      return { error, isPassing: error.retryable, retryAfterMs: undefined };
    }
    const unreachable = this.#unreachable(wordsOf(error), {}, error);
    return { error: unreachable, isPassing: true, retryAfterMs: undefined };
  }

  #unreachable(words: string, details: object, cause?: unknown): WaybillError {
    const { url } = this.settings;
    const message = `the service at ${url} does not answer: ${words}`;
    return makeError('ERR_WAYBILL_SERVICE_UNREACHABLE', message, {
      details: { url, ...details },
      cause,
    });
  }

  async #wait(waitMs: number, limit: TimeLimit, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.pace.wait(waitMs, limit.signal);
    } catch {
      // Only the signal ends a wait.
      throw signal?.aborted ? cancelled(signal) : limit.toError(this.settings.url);
    }
  }
}

function addressOf({ path, query = {} }: Call): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return path.map(encodeSegment).join('/') + (pairs.length > 0 ? `?${pairs.join('&')}` : '');
}

function encodeSegment(segment: string): string {
  // A URL drops such segments, escaped or not, and would so name another route.
  if (/^\.{0,2}$/.test(segment)) {
    const message = `expected a name, got ${JSON.stringify(segment)}, which no address can hold`;
    throw makeError('ERR_WAYBILL_INVALID_REQUEST', message);
  }
  return encodeURIComponent(segment);
}

function setToken(headers: Headers, token: string): void {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    // Not shown, and not left to Headers, whose error shows it.
    const message = 'token: expected visible ASCII characters, got others';
    throw makeError('ERR_WAYBILL_INVALID_OPTIONS', message);
  }
  headers.set('authorization', `Bearer ${token}`);
}

/** Seconds, or a date of HTTP. */
function readRetryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now());
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  // `fetch failed` says nothing; what failed is its cause, which has a code where its message is empty.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
}
