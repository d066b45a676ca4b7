import { trimWhitespace } from './trace-state.ts';

/** One value of a {@link Baggage}. */
export interface BaggageEntry {
  /** Any text; it is percent-encoded in the header. */
  readonly value: string;
  /** The properties after the first `;`, as they stand in the header. */
  readonly metadata?: string;
}

/** Names and values that travel with a request: {@link https://www.w3.org/TR/baggage/}. A Map, so no name is a key. */
export type Baggage = ReadonlyMap<string, BaggageEntry>;

/**
 * The most members and bytes of a baggage header. The standard says that a platform must propagate at least this much
 * ({@link https://www.w3.org/TR/baggage/#limits}); here it is also the most. What is larger is dropped whole.
 */
const MAX_BAGGAGE_MEMBERS = 64;
/** See {@link MAX_BAGGAGE_MEMBERS}. UTF-8 bytes of the combined header. */
export const MAX_BAGGAGE_BYTES = 8192;
/** The most bytes of one member; a larger one is dropped. The limit of OpenTelemetry, the standard has none. */
const MAX_BAGGAGE_MEMBER_BYTES = 4096;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[!#-+\--:<-[\]-~]*$/;
const METADATA = /^[\t !#-+\--[\]-~]*$/;

/** Reads a combined baggage header. An invalid member is dropped alone; of members with one name the last stays. */
export function parseBaggage(header: string): Baggage {
  const baggage = new Map<string, BaggageEntry>();
  if (header.length > MAX_BAGGAGE_BYTES) return baggage;
  const members = header.split(',').filter((member) => trimWhitespace(member) !== '');
  if (members.length > MAX_BAGGAGE_MEMBERS) return baggage;
  for (const member of members) {
    const parsed = parseMember(member);
    if (parsed !== undefined) baggage.set(...parsed);
  }
  return baggage;
}

function parseMember(member: string): readonly [string, BaggageEntry] | undefined {
  if (member.length > MAX_BAGGAGE_MEMBER_BYTES) return undefined;
  const [pair, metadata] = cut(member, ';');
  const [key, value] = cut(pair, '=');
  if (value === undefined || !TOKEN.test(key) || !VALUE.test(value)) return undefined;
  if (metadata === undefined || metadata === '') return [key, { value: percentDecode(value) }];
  return METADATA.test(metadata) ? [key, { value: percentDecode(value), metadata }] : undefined;
}

/** Gives the baggage header. What is invalid or does not fit is left out, a member never in part. */
export function formatBaggage(baggage: Baggage): string {
  const members: string[] = [];
  let bytes = 0;
  for (const [key, { value, metadata }] of baggage) {
    const pair = `${key}=${encodeURIComponent(value.toWellFormed())}`;
    const member = metadata === undefined ? pair : `${pair};${metadata}`;
    const memberBytes = member.length + (members.length === 0 ? 0 : 1);
    if (members.length === MAX_BAGGAGE_MEMBERS || bytes + memberBytes > MAX_BAGGAGE_BYTES) break;
    if (!TOKEN.test(key) || parseMember(member) === undefined) continue;
    members.push(member);
    bytes += memberBytes;
  }
  return members.join(',');
}

/** Decodes what is valid UTF-8; the rest becomes U+FFFD, as the standard asks, where decodeURIComponent would throw. */
function percentDecode(value: string): string {
  return value.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const index = text.indexOf(separator);
  if (index === -1) return [trimWhitespace(text), undefined];
  return [trimWhitespace(text.slice(0, index)), trimWhitespace(text.slice(index + 1))];
}
