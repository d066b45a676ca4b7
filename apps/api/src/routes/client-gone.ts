import type { FastifyReply } from 'fastify';
import { makeError } from '@waybill/protocol';

/**
 * Gives a signal that aborts when the connection ends before the answer was written whole. Nothing has to be released.
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  // 'close' comes in any case, once: after the last byte, or instead of it.
  raw.once('close', () => {
    if (raw.writableFinished) return;
    gone.abort(makeError('ERR_WAYBILL_CANCELLED', 'the client closed the connection'));
  });
  if (raw.destroyed)
    gone.abort(makeError('ERR_WAYBILL_CANCELLED', 'the client closed the connection'));
  return gone.signal;
}
