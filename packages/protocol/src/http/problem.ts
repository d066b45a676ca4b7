import type { Blame, ErrorCode } from '../error-codes.ts';
import type { JsonValue } from '../error-wire.ts';

/** Body of every answer that refuses or fails a request: `application/problem+json` of RFC 9457. */
export interface Problem {
  /** Names the code; a page about it is at this address or under `docs/errors/`. */
  readonly type: string;
  /** What the table says of the code. */
  readonly title: string;
  readonly status: number;
  /** What happened this time; for people. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly blame: Blame;
  /** Whether the same request, sent again unchanged, may succeed. */
  readonly retryable: boolean;
  readonly details: { readonly [key: string]: JsonValue };
  /** What the service's log calls the request; also the header `x-request-id`. */
  readonly requestId: string;
  /** Where in the guest's source, for a source that is refused: untrusted text. */
  readonly guestStack?: string;
}
