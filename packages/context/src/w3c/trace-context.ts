import { trimWhitespace } from './trace-state.ts';
import type { TraceState } from './trace-state.ts';

/** The position of a request in a distributed trace: {@link https://www.w3.org/TR/trace-context-2/}. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero; the standard calls it parent-id. */
  readonly spanId: string;
  /** Bit 0: sampled. Bit 1: the trace id is random. The other bits are reserved and always zero. */
  readonly flags: number;
  /** What tracing systems add, the most recent first. */
  readonly state: TraceState;
}

/** Gives `count` random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** The `sampled` bit of {@link TraceContext.flags}. */
export const SAMPLED_FLAG = 0b01;
/** The `random` bit of {@link TraceContext.flags}. */
export const RANDOM_FLAG = 0b10;

const KNOWN_FLAGS = SAMPLED_FLAG | RANDOM_FLAG;
// A future version may add fields at the end; nothing sane is longer than this.
const MAX_TRACE_PARENT_CHARS = 512;
const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a traceparent header, of version 00 or a later one. Gives `undefined` for an invalid one, which restarts the
 * trace, as {@link https://www.w3.org/TR/trace-context/#traceparent-header} asks.
 */
export function parseTraceParent(header: string): Omit<TraceContext, 'state'> | undefined {
  if (header.length > MAX_TRACE_PARENT_CHARS) return undefined;
  const [, version, traceId, spanId, flags, rest] = TRACE_PARENT.exec(trimWhitespace(header)) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & KNOWN_FLAGS };
}

/** Gives the traceparent header in version 00, or `undefined` when `trace` is not a valid trace context. */
export function formatTraceParent(trace: TraceContext): string | undefined {
  const flags = (trace.flags & KNOWN_FLAGS).toString(16).padStart(2, '0');
  const header = `00-${trace.traceId}-${trace.spanId}-${flags}`;
  return parseTraceParent(header) === undefined ? undefined : header;
}

/** Starts a trace. `sampled` defaults to true, `randomBytes` to the Web Crypto generator. */
export function startTrace(
  sampled = true,
  randomBytes: RandomBytes = webCryptoBytes,
): TraceContext {
  return {
    traceId: randomId(16, randomBytes),
    spanId: randomId(8, randomBytes),
    flags: RANDOM_FLAG | (sampled ? SAMPLED_FLAG : 0),
    state: [],
  };
}

/** Gives the same trace with a new span id: what a hop puts on the wire as the parent of the next one. */
export function childOf(
  trace: TraceContext,
  randomBytes: RandomBytes = webCryptoBytes,
): TraceContext {
  return { ...trace, spanId: randomId(8, randomBytes) };
}

function randomId(byteCount: number, randomBytes: RandomBytes): string {
  const bytes = randomBytes(byteCount);
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  // All zero means "no id"; another last digit makes it valid without asking for chance again.
  return isZero(id) ? `${id.slice(0, -1)}1` : id;
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

function webCryptoBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
