import type { FastifyInstance, InjectOptions } from 'fastify';
import { makeError } from '@waybill/protocol';
import type { Problem } from '@waybill/protocol/http';
import { type TestServerOptions, testServer } from './server.fixture.ts';

/** Headers of a program on this machine, without and with a body. */
export const here = { host: 'localhost:8478' } as const;
export const withJson = { ...here, 'content-type': 'application/json' } as const;

function addRoutes(app: FastifyInstance): void {
  app.post('/echo', { config: { scope: 'run' } }, (request) => request.body ?? 'nothing');
  app.post(
    '/keys',
    { config: { scope: 'run' }, schema: { body: { $ref: 'KeyRequest#' } } },
    (request) => request.body,
  );
  app.get('/things/:id', { config: { scope: 'read' } }, ({ params }) => params);
  app.put('/things/:id', { config: { scope: 'deploy' } }, ({ params }) => params);
  app.get('/internal', { config: { scope: 'read' } }, () => {
    throw new Error('the password is hunter2');
  });
  app.get('/full', { config: { scope: 'read' } }, () => {
    throw makeError('ERR_WAYBILL_QUEUE_FULL', 'full', { details: { estimatedWaitMs: 2_500 } });
  });
  app.get('/number', {
    config: { scope: 'public' },
    schema: { querystring: { type: 'object', properties: { n: { type: 'integer' } } } },
    handler: ({ query }) => query,
  });
}

/** Asks a server that has a route for each way to fail. */
export async function ask(request: InjectOptions, options: TestServerOptions = {}) {
  await using server = await testServer({ routes: addRoutes, ...options });
  const reply = await server.app.inject(request);
  const problem = reply.statusCode < 400 ? undefined : reply.json<Problem>();
  return { ...server, reply, problem };
}
