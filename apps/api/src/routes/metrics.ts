import type { FastifyInstance } from 'fastify';
import { schemaRef } from '@waybill/protocol/http';
import type { Service } from '../service.ts';

/** Adds `/metrics`, in the text format of Prometheus, as the configuration allows. */
export function registerMetricsRoute(app: FastifyInstance, { config, metrics }: Service): void {
  if (config.metrics === 'off') return;
  const scope = config.metrics === 'public' ? 'public' : 'metrics';
  const schema = {
    summary: 'Numbers for Prometheus',
    operationId: 'getMetrics',
    tags: ['service'],
    response: {
      200: { type: 'string', description: 'The numbers' },
      '4xx': schemaRef('Problem'),
      '5xx': schemaRef('Problem'),
    },
  };
  app.get('/metrics', { config: { scope }, schema }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
