import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WaybillError, makeError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';
import { forTenant } from '../config/per-tenant.ts';
import { type BodyShare, BytesInFlight } from './bytes-in-flight.ts';
import { readJson } from './read-json.ts';
import { callerIfAny } from './request-fields.ts';

/**
 * Has the server read JSON in UTF-8 and nothing else, as much of it as the tenant may send: in one body, and in all of its requests
 * that are not answered. What is too long is refused before it is read, or, where its length is not known, as soon as it is too long.
 */
export function readBodies(app: FastifyInstance, body: Config['body']): void {
  const { maxBytes, maxInFlightBytes, maxInFlightBytesInAll } = body;
  const inFlight = new BytesInFlight({
    maxBytesPerTenant: maxInFlightBytes,
    maxBytesInAll: maxInFlightBytesInAll,
  });
  const shares = new WeakMap<IncomingMessage, BodyShare>();

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage): Promise<unknown> => {
      assertCharset(request.headers['content-type'] ?? '');
      const bytes = await collect(payload, {
        limitBytes: forTenant(maxBytes, callerIfAny(request)?.tenant),
        toldBytes: Number(request.headers['content-length'] ?? 0),
        share: shares.get(request.raw),
      });
      return readJson(bytes, body);
    },
  );
  app.addHook('preParsing', async (request, reply) => {
    const share = inFlight.open(callerIfAny(request)?.tenant);
    shares.set(request.raw, share);
    disposeWithReply(share, reply);
  });
}

// What was read is held by the request until it is answered, or its client is gone: 'close' comes in any case.
function disposeWithReply(share: BodyShare, { raw }: FastifyReply): void {
  raw.once('close', () => share[Symbol.dispose]());
  if (raw.destroyed) share[Symbol.dispose]();
}

interface Collecting {
  readonly limitBytes: number;
  /** How long the body is by its header; 0 where that does not say. */
  readonly toldBytes: number;
  readonly share: BodyShare | undefined;
}

async function collect(
  payload: IncomingMessage,
  { limitBytes, toldBytes, share }: Collecting,
): Promise<Buffer> {
  const count = (bytes: number): void => {
    if (bytes > limitBytes) throw tooLarge(limitBytes, bytes);
    share?.growTo(bytes);
  };
  count(toldBytes);
  const pieces: Buffer[] = [];
  let gotBytes = 0;
  return new Promise((resolve, reject) => {
    const onData = (piece: Buffer): void => {
      gotBytes += piece.length;
      try {
        count(gotBytes);
        pieces.push(piece);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(pieces, gotBytes));
    };
    const onError = (error: Error): void => {
      stop();
      const words = 'the body ended before it was whole';
      reject(makeError('ERR_WAYBILL_INVALID_REQUEST', words, { cause: error }));
    };
    const stop = (): void => {
      payload.off('data', onData).off('end', onEnd).off('error', onError);
    };
    payload.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

function tooLarge(limitBytes: number, gotBytes: number): WaybillError {
  const words = `the body may take ${limitBytes} bytes, it takes ${gotBytes} or more`;
  const details = { limitBytes, gotBytes };
  return makeError('ERR_WAYBILL_PAYLOAD_TOO_LARGE', words, { details });
}

function assertCharset(contentType: string): void {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  if (/^utf-?8$/i.test(charset)) return;
  const words = 'expected application/json in UTF-8, got another charset';
  throw makeError('ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE', words);
}
