import type { FastifyRequest } from 'fastify';
import { ContextSnapshot } from '@waybill/context';
import {
  BaggagePropagator,
  CompositePropagator,
  type TextMapPropagator,
  TraceContextPropagator,
  headersGetter,
  startTrace,
  traceContext,
} from '@waybill/context/w3c';
import type { Config, Trust } from '../config/config.ts';
import { requestId, tenantName } from '../context/variables.ts';
import type { Caller } from '../service.ts';

/** Makes the context that a request is handled in. */
export type ContextOf = (request: FastifyRequest, caller: Caller | undefined) => ContextSnapshot;

/**
 * Makes the contexts of requests: the current one plus the id of the request, its tenant, and the trace and baggage of its headers
 * as far as the sender is trusted. A request without a trace that is believed starts one.
 */
export function createContextOf(trust: Config['trust']): ContextOf {
  const propagatorFor = (isKnown: boolean): TextMapPropagator => {
    const isTrusted = (level: Trust): boolean =>
      level === 'always' || (isKnown && level !== 'never');
    return new CompositePropagator([
      ...(isTrusted(trust.traceparent) ? [new TraceContextPropagator()] : []),
      ...(isTrusted(trust.baggage) ? [new BaggagePropagator()] : []),
    ]);
  };
  const forKnown = propagatorFor(true);
  const forUnknown = propagatorFor(false);

  return ({ id, headers }, caller) => {
    const propagator = caller === undefined ? forUnknown : forKnown;
    return propagator.extract(headers, headersGetter).run(() => {
      const trace = traceContext.get() ?? startTrace();
      const enter = (): ContextSnapshot => requestId.run(id, () => ContextSnapshot.capture());
      const enterTenant = (): ContextSnapshot =>
        caller === undefined ? enter() : tenantName.run(caller.tenant, enter);
      return traceContext.run(trace, enterTenant);
    });
  };
}
