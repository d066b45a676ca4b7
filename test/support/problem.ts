import { errorCodes, isErrorCode } from '@waybill/protocol';
import { expect } from 'vitest';

/** What {@link expectProblem} looks at. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string>>;
  /** The body. */
  readonly body?: string;
  readonly text: string;
}

/** Expects a problem document of RFC 9457 that agrees with the answer and with the table of codes, and tells no secret of the host. */
export function expectProblem({ status, headers, body, text }: Refusal): void {
  const header = (name: string): string | null | undefined =>
    headers instanceof Headers ? headers.get(name) : headers[name];
  expect(header('content-type')).toMatch(/^application\/problem\+json/);
  const document = body ?? text;
  // A body in chunks has their lengths around it.
  const json = /\{[^]*\}/.exec(document)?.[0] ?? '';
  const problem: Record<string, unknown> = JSON.parse(json);
  expect(problem).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    details: expect.any(Object),
    requestId: expect.any(String),
  });
  const { code } = problem;
  if (!isErrorCode(code)) throw new Error(`Expected a code of the table, got ${String(code)}`);
  const { blame, retryable } = errorCodes[code];
  expect(problem).toMatchObject({ blame, retryable });
  expect(status).toBeLessThan(500);
  // Paths and frames of the host are nobody's business.
  expect(document).not.toMatch(/node_modules|\/src\/|\.ts:\d+/);
}
