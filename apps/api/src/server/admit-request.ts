import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { makeError } from '@waybill/protocol';
import type { Authenticator } from '../auth/authenticator.ts';
import { outOfScope } from '../auth/refusals.ts';
import type { Caller, Scope, Service } from '../service.ts';
import { assertPlainHeaders } from './assert-plain-headers.ts';
import { createContextOf } from './request-context.ts';
import { callerIfAny, noteKnown } from './request-fields.ts';
import { addStandingHeaders } from './standing-headers.ts';

// What adds work is refused while the service drains; what only reads is not.
const adding: ReadonlySet<Scope | 'public'> = new Set(['run', 'submit', 'deploy', 'schedule']);

/** What the admission of requests stands on. */
export interface Admission {
  readonly service: Pick<Service, 'config' | 'state'>;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** Counts a request without valid credentials, and throws where there were too many. */
  readonly limitUnknown: (request: FastifyRequest) => Promise<void>;
}

/**
 * Has each request pass, before anything of its body is read: who sends it, whether it may, and from there on the context it is
 * handled in.
 */
export function admitRequests(app: FastifyInstance, admission: Admission): void {
  const contextOf = createContextOf(admission.service.config.trust);

  app.addHook('onRequest', (request, reply, done) => {
    addStandingHeaders(reply);
    const enter = (caller: Caller | undefined): void => {
      const snapshot = contextOf(request, caller);
      noteKnown(request, { caller, snapshot });
      snapshot.run(done);
    };
    // A refusal is answered and logged in a context, too.
    const refuse = (error: Error): void => {
      const snapshot = contextOf(request, undefined);
      noteKnown(request, { caller: callerIfAny(request), snapshot });
      snapshot.run(done, error);
    };
    void callerOf(request, reply, admission).then(enter, refuse);
  });
  // A connection that is kept alive would keep the server from closing until nothing came over it for long enough.
  app.addHook('onSend', async (_request, reply) => {
    if (admission.service.state() === 'draining') void reply.header('connection', 'close');
  });
  // The events of a body's stream belong to the connection: from here on it is the request's context again.
  app.addHook('preValidation', (request, _reply, done) => request.snapshot.run(done));
}

async function callerOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { service, authenticator, limitUnknown }: Admission,
): Promise<Caller | undefined> {
  assertPlainHeaders(request.raw);
  const { scope } = request.routeOptions.config;
  // An address that leads nowhere: whoever asks for it learns nothing, but is counted.
  if (request.is404) await limitUnknown(request);
  if (request.is404 || scope === undefined || scope === 'public') return undefined;
  const { headers, socket } = request;
  let caller: Caller;
  try {
    caller = await authenticator.authenticate({ headers, remoteAddress: socket.remoteAddress });
  } catch (error) {
    await limitUnknown(request);
    throw error;
  }
  if (!caller.scopes.has(scope) && !caller.scopes.has('admin')) throw outOfScope(scope);
  if (service.state() === 'draining' && adding.has(scope)) {
    void reply.header('retry-after', '1');
    throw makeError('ERR_WAYBILL_CLOSED', 'the service is stopping and takes no more work');
  }
  return caller;
}
