import { makeError, type WaybillError } from '@waybill/protocol';

/** Why a message can be refused. */
export const refusalReasons = {
  malformed: 'expected a call or a reply with an id',
  'message-type':
    'expected a call; reading, setting, constructing, proxies and endpoints are not served',
  path: 'expected the name of one function; paths are not walked',
  arguments: 'expected arguments that are plain data',
  'unknown-function': 'expected the name of a function that this side exposes',
  replayed: 'expected an id above that of the call before',
  reply: 'expected a reply that is plain data or an error in its wire form',
  undecodable: 'expected a message that can be read in this thread',
} as const;

/** One of the keys of {@link refusalReasons}. */
export type RefusalReason = keyof typeof refusalReasons;

/** A message that was not let through, as told to `onRefused`. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The id that the message gave, when it gave one that can be answered. */
  readonly id?: number;
  /** The function that the message asked for, cut to 128 characters. */
  readonly name?: string;
}

/** How many characters of a refused function name are kept: it is the peer's text, and may be long. */
const maxNameLength = 128;

/** Whether a message's id is one that a session gives: a positive integer. */
export function isId(id: unknown): id is number {
  return Number.isSafeInteger(id) && Number(id) > 0;
}

/** Takes from a refused message what can be told about it. */
export function describeRefusal(
  reason: RefusalReason,
  { id, path }: { readonly id?: unknown; readonly path?: unknown },
): Refusal {
  const name: unknown = Array.isArray(path) ? path[0] : undefined;
  return {
    reason,
    ...(isId(id) && { id }),
    ...(typeof name === 'string' && { name: name.slice(0, maxNameLength) }),
  };
}

/** The error that answers a refused message. */
export function makeRefusal(refusal: Refusal): WaybillError {
  return makeError(
    'ERR_WAYBILL_RPC_REFUSED',
    `message refused: ${refusalReasons[refusal.reason]}`,
    {
      details: { ...refusal },
    },
  );
}
