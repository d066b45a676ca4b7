import { makeError, type WaybillError } from '@waybill/protocol';

/** The `fetch` of the platform, or one that behaves like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How a client reaches its service. */
export interface ClientOptions {
  /** Address of the service, `http:` or `https:`; a path in it stays in front of every route. */
  readonly url: string | URL;
  /**
   * API key or JWT, or what gives one before each request. It goes into a header of requests to `url` and nowhere else:
   * redirects are not followed.
   *
   * @defaultValue none: only a service on the same machine that has no keys takes that
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The tenant to act for, for credentials that are not bound to one. @defaultValue the one of the credentials */
  readonly tenant?: string | undefined;
  /** Gives further headers before each request, such as `traceparent`. The client's own win. @defaultValue none */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
  /** @defaultValue the global one */
  readonly fetch?: Fetch | undefined;
  /** How long a call may take, its repetitions included, from 1 to 86_400_000. @defaultValue 30_000 */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a request is sent again that failed for a passing reason, from 0 to 100. Only what may arrive twice is: not `run()`.
   *
   * @defaultValue 5
   */
  readonly retries?: number | undefined;
  /** Larger answers, and larger events, are refused; from 1_024 to 1_073_741_824. @defaultValue 67_108_864 (64 MiB) */
  readonly maxAnswerBytes?: number | undefined;
}

/** What may be said for one call. */
export interface CallOptions {
  /** Ends the call: it rejects with `ERR_WAYBILL_CANCELLED`. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's. */
  readonly timeoutMs?: number | undefined;
  /** In place of the client's. */
  readonly retries?: number | undefined;
}

/** {@link ClientOptions}, checked and with every default filled in. */
export interface ClientSettings {
  /** Ends with a slash. */
  readonly url: string;
  readonly token: () => string | undefined | Promise<string>;
  readonly tenant: string | undefined;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxAnswerBytes: number;
}

const defaults = { timeoutMs: 30_000, retries: 5, maxAnswerBytes: 64 * 2 ** 20 } as const;

// A record, so that the compiler misses an option that is left out.
const known: Readonly<Record<keyof ClientOptions, true>> = {
  url: true,
  token: true,
  tenant: true,
  headers: true,
  fetch: true,
  timeoutMs: true,
  retries: true,
  maxAnswerBytes: true,
};

/** @throws `ERR_WAYBILL_INVALID_OPTIONS` */
export function resolveOptions(options: ClientOptions): ClientSettings {
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(known, key)) {
      throw refused(key, `one of ${Object.keys(known).join(', ')}`, JSON.stringify(key));
    }
  }
  const { token, tenant, headers = () => ({}), fetch = globalThis.fetch } = options;
  if (tenant !== undefined && !/^[A-Za-z0-9._:-]{1,128}$/.test(tenant)) {
    throw refused('tenant', '1 to 128 characters of A-Z a-z 0-9 . _ : -', JSON.stringify(tenant));
  }
  const timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
  const retries = options.retries ?? defaults.retries;
  const maxAnswerBytes = options.maxAnswerBytes ?? defaults.maxAnswerBytes;
  assertWhole('timeoutMs', timeoutMs, [1, 86_400_000]);
  assertWhole('retries', retries, [0, 100]);
  assertWhole('maxAnswerBytes', maxAnswerBytes, [1_024, 2 ** 30]);
  return {
    url: resolveUrl(options.url),
    token: typeof token === 'function' ? token : () => token,
    tenant,
    headers,
    fetch: (url, init) => fetch(url, init),
    timeoutMs,
    retries,
    maxAnswerBytes,
  };
}

/** @throws `ERR_WAYBILL_INVALID_OPTIONS` for a number that is not whole or not in its range */
export function assertWhole(
  path: string,
  value: number,
  [min, max]: readonly [min: number, max: number],
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw refused(path, `an integer from ${min} to ${max}`, String(value));
}

function resolveUrl(given: string | URL): string {
  const expected = 'an http or https URL, such as http://127.0.0.1:8478';
  const url = URL.canParse(given) ? new URL(given) : undefined;
  // Neither is shown whole: there may be a password in it.
  if (!url) throw refused('url', expected, 'what is no URL');
  if (!/^https?:$/.test(url.protocol)) {
    throw refused('url', expected, `one that begins with ${url.protocol}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw refused('url', 'a URL without credentials, query and fragment', 'one that has them');
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function refused(path: string, expected: string, got: string): WaybillError {
  const details = { issues: [{ path, expected, got }] };
  const message = `${path}: expected ${expected}, got ${got}`;
  return makeError('ERR_WAYBILL_INVALID_OPTIONS', message, { details });
}
