import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type WaybillError, makeError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';
import { forTenant } from '../config/per-tenant.ts';
import { callerIfAny } from './request-fields.ts';

const windowMs = 60_000;
// Tenants and addresses that are counted at once; beyond, those that were not seen for longest start anew.
const keptCount = 20_000;

/** The count of what has no valid credentials, by address. */
export interface UnknownLimit {
  /** Counts a request. @throws `ERR_WAYBILL_RATE_LIMITED` where there were too many */
  readonly count: (request: FastifyRequest) => Promise<void>;
  /** Whether the address of a request has none left: the next that is counted is refused. */
  readonly isUsedUp: (request: FastifyRequest) => Promise<boolean>;
}

/**
 * Limits the requests of each tenant, and of each address without valid credentials, in a minute. Counted in this process alone:
 * several behind one balancer allow as many times more. Answers tell by the headers `RateLimit-Limit`, `-Remaining` and `-Reset`.
 *
 * @returns counts what is refused before it comes to the routes
 */
export async function limitRates(
  app: FastifyInstance,
  limits: Config['rateLimit'],
): Promise<UnknownLimit> {
  const options = {
    max: (request: FastifyRequest): number => {
      const caller = callerIfAny(request);
      if (caller === undefined) return limits.unauthenticatedPerMinute;
      return forTenant(limits.perMinute, caller.tenant);
    },
    keyGenerator: (request: FastifyRequest): string => {
      const caller = callerIfAny(request);
      return caller === undefined
        ? `address ${normalizeIP(request.ip)}`
        : `tenant ${caller.tenant}`;
    },
    timeWindow: windowMs,
    cache: keptCount,
    enableDraftSpec: true,
  };
  await app.register(rateLimit, {
    ...options,
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  });
  const count = app.createRateLimit();
  return {
    count: async (request) => {
      const counted = await count(request);
      if (!counted.isAllowed && counted.isExceeded) throw tooMany(counted.ttl);
    },
    isUsedUp: async (request) => {
      const counted = await count(request, { increment: false });
      return !counted.isAllowed && counted.remaining === 0;
    },
  };
}

function tooMany(waitMs: number): WaybillError {
  const words = `too many requests in a minute; try again in ${Math.ceil(waitMs / 1_000)} s`;
  return makeError('ERR_WAYBILL_RATE_LIMITED', words, { details: { estimatedWaitMs: waitMs } });
}
