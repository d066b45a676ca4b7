import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, type WaybillError, isWaybillError, makeError } from '@waybill/protocol';
import type { Authenticator } from '../auth/authenticator.ts';
import { outOfScope } from '../auth/refusals.ts';
import type { Caller, Scope, Service } from '../service.ts';
import { assertPlainHeaders } from './assert-plain-headers.ts';
import type { UnknownLimit } from './limit-rates.ts';
import { createContextOf } from './request-context.ts';
import { callerIfAny, noteKnown } from './request-fields.ts';
import { addStandingHeaders } from './standing-headers.ts';

// What adds work is refused while the service drains; what only reads is not.
const adding: ReadonlySet<Scope | 'public'> = new Set(['run', 'submit', 'deploy', 'schedule']);

// The last one tells of a Waybill-Tenant that is no name; what else is wrong with a request is found after it was counted.
const badCredentials: ReadonlySet<ErrorCode> = new Set([
  'ERR_WAYBILL_UNAUTHENTICATED',
  'ERR_WAYBILL_FORBIDDEN',
  'ERR_WAYBILL_INVALID_REQUEST',
]);

/** What the admission of requests stands on. */
export interface Admission {
  readonly service: Pick<Service, 'config' | 'state'>;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  readonly unknown: UnknownLimit;
}

/**
 * Has each request pass, before anything of its body is read: who sends it, then, once it was counted against the rate limit,
 * whether it may. From there on it has the context it is handled in.
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
    void callerOf(request, admission).then(enter, refuse);
  });
  // Behind the rate limit, which is a hook of each route: what a tenant is refused counts as what it is given.
  app.addHook('preParsing', async (request, reply) => {
    const refusal = refusalOf(request, reply, admission.service);
    if (refusal !== undefined) throw refusal;
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
  { authenticator, unknown }: Admission,
): Promise<Caller | undefined> {
  assertPlainHeaders(request.raw);
  const { scope } = request.routeOptions.config;
  // An address that leads nowhere: whoever asks for it learns nothing, but is counted.
  if (request.is404) await unknown.count(request);
  if (request.is404 || scope === undefined || scope === 'public') return undefined;
  const { headers, socket } = request;
  const beforeLookUp = async (): Promise<void> => {
    if (await unknown.isUsedUp(request)) await unknown.count(request);
  };
  try {
    const { remoteAddress } = socket;
    return await authenticator.authenticate({ headers, remoteAddress, beforeLookUp });
  } catch (error) {
    // That nobody can say, because the database is away for example, is no fault of the credentials.
    if (isWaybillError(error) && badCredentials.has(error.code)) await unknown.count(request);
    throw error;
  }
}

function refusalOf(
  request: FastifyRequest,
  reply: FastifyReply,
  service: Admission['service'],
): WaybillError | undefined {
  const { scope } = request.routeOptions.config;
  const caller = callerIfAny(request);
  if (caller === undefined || scope === undefined || scope === 'public') return undefined;
  if (!caller.scopes.has(scope) && !caller.scopes.has('admin')) return outOfScope(scope);
  if (service.state() !== 'draining' || !adding.has(scope)) return undefined;
  void reply.header('retry-after', '1');
  return makeError('ERR_WAYBILL_CLOSED', 'the service is stopping and takes no more work');
}
