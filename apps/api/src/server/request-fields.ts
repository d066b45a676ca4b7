import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ContextSnapshot } from '@waybill/context';
import type { Caller, Scope } from '../service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request. Reading it throws on a public route. */
    readonly caller: Caller;
    /** The context that the handler and its jobs run in. */
    readonly snapshot: ContextSnapshot;
  }

  interface FastifyContextConfig {
    /** What credentials must allow for the route. Every route says so. */
    scope?: Scope | 'public';
  }
}

interface Known {
  readonly caller: Caller | undefined;
  readonly snapshot: ContextSnapshot;
}

const known = Symbol('what is known of a request');

type WithKnown = FastifyRequest & { [known]?: Known };

/** Gives every request its fields. */
export function decorateRequests(app: FastifyInstance): void {
  app.decorateRequest('caller', {
    getter(this: FastifyRequest): Caller {
      const caller = callerIfAny(this);
      if (caller === undefined) throw new TypeError('nobody asked who sent this request');
      return caller;
    },
  });
  app.decorateRequest('snapshot', {
    getter(this: FastifyRequest): ContextSnapshot {
      return (this as WithKnown)[known]?.snapshot ?? ContextSnapshot.root;
    },
  });
}

/** Notes what was found out about a request. */
export function noteKnown(request: FastifyRequest, facts: Known): void {
  (request as WithKnown)[known] = facts;
}

/** Who sent a request, where that was asked and answered. */
export function callerIfAny(request: FastifyRequest): Caller | undefined {
  return (request as WithKnown)[known]?.caller;
}
