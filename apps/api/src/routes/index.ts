import type { FastifyInstance } from 'fastify';
import { httpSchemas } from '@waybill/protocol/http';
import { collectDocument, registerReference } from '../openapi/index.ts';
import type { Service } from '../service.ts';
import { registerFunctionRoutes } from './functions.ts';
import { registerHistoryRoute } from './history.ts';
import { registerJobRoutes } from './jobs.ts';
import { OpenStreams } from './open-streams.ts';
import { registerRunRoute } from './run.ts';
import { registerScheduleRoutes } from './schedules.ts';
import { registerSubmitRoute } from './submit-job.ts';

/**
 * Adds the routes of the API, the schemas that all routes point to, and the document that describes these routes and those of
 * each plugin that is registered after them.
 */
export function registerRoutes(app: FastifyInstance, service: Service): void {
  for (const schema of httpSchemas) app.addSchema(schema);
  // Answers are typed where they are made; a serializer made of their schemas would leave out what a schema forgot.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  collectDocument(app);
  void app.register(async (routes) => {
    registerRunRoute(routes, service);
    registerSubmitRoute(routes, service);
    const streams = new OpenStreams(service.config.http.maxStreamsPerTenant);
    // Their clients come back, to whoever serves then.
    routes.addHook('preClose', async () => streams.endAll());
    registerJobRoutes(routes, service, streams);
    registerHistoryRoute(routes, service, { streams });
    registerFunctionRoutes(routes, service);
    registerScheduleRoutes(routes, service);
    const { docs } = service.config;
    if (docs !== 'off') registerReference(routes, docs === 'public' ? 'public' : 'read');
  });
}
