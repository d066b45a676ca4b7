import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type WaybillError, makeError } from '@waybill/protocol';
import { challengeOf } from '../auth/refusals.ts';
import { methodsAt } from './methods-at.ts';
import { problemOf, problemType, requestErrorOf } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** What takes secrets out of text. */
export type Redact = (text: string) => string;

/** Answers every error of a request with a problem document. */
export function answerErrors(app: FastifyInstance, redact: Redact): void {
  const methodsOf = methodsAt(app);
  app.setErrorHandler((thrown, request, reply) => answerError(thrown, { request, reply, redact }));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = methodsOf(path);
    if (allowed.length > 0) void reply.header('allow', allowed.join(', '));
    answerError(notFound(request.method, allowed), { request, reply, redact });
  });
}

interface Failing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly redact: Redact;
}

/** Answers a request with what ended it; a failure of the host is logged with its stack. */
export function answerError(thrown: unknown, { request, reply, redact }: Failing): void {
  const error = requestErrorOf(thrown);
  if (error.httpStatus >= 500 && error.blame === 'host') {
    request.snapshot.run(() => request.log.error({ err: thrown }, 'a request failed'));
  }
  const challenge = challengeOf(error);
  if (challenge !== undefined) void reply.header('www-authenticate', challenge);
  const { estimatedWaitMs } = error.details;
  if (typeof estimatedWaitMs === 'number' && !reply.hasHeader('retry-after')) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(estimatedWaitMs / 1_000))));
  }
  const problem = problemOf(error, request.id);
  // As text: the schema of a route's answers has no say in what a problem looks like.
  void reply.code(problem.status).type(problemType).send(redact(JSON.stringify(problem)));
}

function notFound(method: string, allowed: readonly string[]): WaybillError {
  if (allowed.length === 0) {
    return makeError('ERR_WAYBILL_ROUTE_NOT_FOUND', 'there is nothing at this address');
  }
  const words = `expected ${allowed.join(' or ')} at this address, got ${method}`;
  return makeError('ERR_WAYBILL_METHOD_NOT_ALLOWED', words, { details: { allowed } });
}

/** Answers what Node could not read as a request at all, and ends its connection. */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket,
  log: Logger,
): void {
  // Nobody is there to read an answer, or half of one is under way.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : undefined;
  // Node's words may quote what was sent.
  const known = requestErrorOf({ code: error.code, statusCode: 400 });
  const problem = problemOf(known, requestIdOf({ headers: {} }), status);
  log.debug({ request: problem.requestId, code: error.code }, 'a request could not be read');
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      `content-type: ${problemType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${problem.requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
