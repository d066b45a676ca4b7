import type { FastifyInstance } from 'fastify';
import type { ServiceMetrics } from '../metrics/service-metrics.ts';
import { callerIfAny } from './request-fields.ts';

// Asked every few seconds by machines: a line each would bury the others.
const quietRoutes: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Writes a line of log for each request that was answered, and counts it. */
export function watchRequests(
  app: FastifyInstance,
  metrics: Pick<ServiceMetrics, 'countRequest'>,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, snapshot, log } = request;
    // The pattern and not the address, of which there are as many as there are jobs.
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const facts = { method, route, status: reply.statusCode, tookMs: reply.elapsedTime };
    metrics.countRequest(facts);
    const caller = callerIfAny(request)?.name;
    const level = quietRoutes.has(route) ? 'debug' : 'info';
    snapshot.run(() => log[level]({ ...facts, caller }, 'answered'));
    done();
  });
}
