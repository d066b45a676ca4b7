/** The most members a tracestate may have: {@link https://www.w3.org/TR/trace-context/#tracestate-limits}. */
const MAX_TRACE_STATE_MEMBERS = 32;

/**
 * The most characters of a combined tracestate. The standard asks to propagate at least 512; what is longer is dropped
 * whole, as OpenTelemetry does.
 */
export const MAX_TRACE_STATE_CHARS = 512;

// https://www.w3.org/TR/trace-context/#key and #value
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/** The members of a tracestate, the most recent first. */
export type TraceState = readonly (readonly [key: string, value: string])[];

/**
 * Reads a combined tracestate header. One bad member makes the list worthless, so anything invalid or too large gives
 * the empty list. Of members with the same key the first, most recent, one stays.
 */
export function parseTraceState(header: string): TraceState {
  if (header.length > MAX_TRACE_STATE_CHARS) return [];
  const members = new Map<string, string>();
  let memberCount = 0;
  for (const part of header.split(',')) {
    const member = trimWhitespace(part);
    if (member === '') continue;
    const equals = member.indexOf('=');
    const [key, value] = [member.slice(0, Math.max(equals, 0)), member.slice(equals + 1)];
    memberCount += 1;
    if (memberCount > MAX_TRACE_STATE_MEMBERS || !KEY.test(key) || !VALUE.test(value)) return [];
    if (!members.has(key)) members.set(key, value);
  }
  return [...members];
}

/** Gives the tracestate header; the empty string when the list is empty, invalid or too large. */
export function formatTraceState(state: TraceState): string {
  const header = state.map(([key, value]) => `${key}=${value}`).join(',');
  return parseTraceState(header).length === state.length ? header : '';
}

/** Takes the optional whitespace of HTTP (space and tab) off both ends. */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  // Loops, because /[ \t]+$/ takes quadratic time on a header that is mostly spaces.
  while (start < end && isWhitespace(text[start])) start += 1;
  while (end > start && isWhitespace(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isWhitespace(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}
