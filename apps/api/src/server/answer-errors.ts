import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WaybillError, makeError } from '@waybill/protocol';
import { challengeOf } from '../auth/refusals.ts';
import { methodsAt } from './methods-at.ts';
import { problemOf, problemType, requestErrorOf } from './problem.ts';
import { addStandingHeaders } from './standing-headers.ts';

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
  // An address that cannot be read comes here without having passed any hook.
  if (!reply.hasHeader('x-request-id')) addStandingHeaders(reply);
  const challenge = challengeOf(error);
  if (challenge !== undefined) void reply.header('www-authenticate', challenge);
  const { estimatedWaitMs } = error.details;
  if (typeof estimatedWaitMs === 'number' && !reply.hasHeader('retry-after')) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(estimatedWaitMs / 1_000))));
  }
  const problem = problemOf(error, request.id);
  // As bytes: the schema of a route's answers has no say in what a problem looks like.
  const bytes = Buffer.from(redact(JSON.stringify(problem)));
  void reply.code(problem.status).type(problemType).send(bytes);
}

function notFound(method: string, allowed: readonly string[]): WaybillError {
  if (allowed.length === 0) {
    return makeError('ERR_WAYBILL_ROUTE_NOT_FOUND', 'there is nothing at this address');
  }
  const words = `expected ${allowed.join(' or ')} at this address, got ${method}`;
  return makeError('ERR_WAYBILL_METHOD_NOT_ALLOWED', words, { details: { allowed } });
}
