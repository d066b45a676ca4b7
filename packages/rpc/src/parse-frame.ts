import { type CallFrame, type RawValue, type ReplyFrame, thrownName } from './frame.ts';
import { describeRefusal, isId, type Refusal, type RefusalReason } from './refusal.ts';

/** What a message turned out to be. Frames are built anew, so nothing that came along with a message goes further. */
export type Incoming =
  | { readonly kind: 'call'; readonly frame: CallFrame }
  | { readonly kind: 'reply'; readonly frame: ReplyFrame }
  | { readonly kind: 'refused-call'; readonly refusal: Refusal }
  | { readonly kind: 'refused-reply'; readonly refusal: Refusal };

/** How many arguments a call may have. */
const maxArgumentCount = 32;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a message from a port. Never throws, whatever was posted. The wire form of an error in a reply is left as it is.
 */
export function parseFrame(message: unknown): Incoming {
  if (!isFields(message)) return refuseCall('malformed', {});
  return message['type'] === 'RAW' || message['type'] === 'HANDLER'
    ? parseReply(message)
    : parseCall(message);
}

function parseCall(message: Fields): Incoming {
  const { id, type, path, argumentList } = message;
  if (!isId(id) || typeof type !== 'string') return refuseCall('malformed', message);
  if (type !== 'APPLY') return refuseCall('message-type', message);
  if (!isPath(path)) return refuseCall('path', message);
  const parsed = parseArguments(argumentList);
  if (parsed === undefined) return refuseCall('arguments', message);
  return { kind: 'call', frame: { id, type, path: [path[0]], argumentList: parsed } };
}

function parseReply(message: Fields): Incoming {
  const { id, type, name, value } = message;
  if (isId(id) && type === 'RAW') return { kind: 'reply', frame: { id, type, value } };
  if (isId(id) && type === 'HANDLER' && name === thrownName) {
    return { kind: 'reply', frame: { id, type, name, value } };
  }
  return { kind: 'refused-reply', refusal: describeRefusal('reply', message) };
}

function parseArguments(list: unknown): RawValue[] | undefined {
  if (!Array.isArray(list) || list.length > maxArgumentCount) return undefined;
  const parsed: RawValue[] = [];
  // By index, so that the holes of a sparse array are seen and refused.
  for (let index = 0; index < list.length; index += 1) {
    const argument: unknown = list[index];
    if (!isFields(argument) || argument['type'] !== 'RAW') return undefined;
    parsed.push({ type: 'RAW', value: argument['value'] });
  }
  return parsed;
}

function refuseCall(reason: RefusalReason, message: Fields): Incoming {
  return { kind: 'refused-call', refusal: describeRefusal(reason, message) };
}

function isPath(path: unknown): path is [string] {
  return Array.isArray(path) && path.length === 1 && typeof path[0] === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
