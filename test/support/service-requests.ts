import { pause } from './pause.ts';

/** What a request says beside its path. */
export interface RequestParts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** An answer with its body read. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is JSON. */
  readonly json: unknown;
}

/** Sends a request and reads the whole answer. @throws what `fetch` throws where there is none */
export async function send(
  url: string,
  path: string,
  parts: RequestParts = {},
): Promise<ServiceAnswer> {
  const { method = 'GET', headers, body, signal } = parts;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}

/** How long {@link sendUntilAnswered} goes on. */
export interface PatientParts extends RequestParts {
  /** @defaultValue 60000 */
  readonly patienceMs?: number;
  /** Called for each time that the request has to be sent again. */
  readonly onAgain?: (why: string) => void;
}

/** Sends a request again and again until the service gives an answer that is not "not now". */
export async function sendUntilAnswered(
  url: string,
  path: string,
  { patienceMs = 60_000, onAgain, ...parts }: PatientParts = {},
): Promise<ServiceAnswer> {
  const endMs = performance.now() + patienceMs;
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 400)) {
    const [answer, why] = await send(url, path, parts).then(
      (got) => [got, `${got.status} ${got.text.slice(0, 300)}`] as const,
      (error: unknown) => [undefined, String(error)] as const,
    );
    if (answer && answer.status !== 503) return answer;
    if (performance.now() > endMs) throw new Error(`${path}: no answer, at last: ${why}`);
    onAgain?.(why);
    await pause(waitMs);
  }
}
