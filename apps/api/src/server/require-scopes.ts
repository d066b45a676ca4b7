import type { FastifyInstance, RouteOptions } from 'fastify';

/** Has the server refuse to start with a route that does not say which scope it needs. */
export function requireScopes(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  // Not at once: a hook of the plugin that adds the route may say it for all of its routes.
  app.addHook('onReady', (done) => {
    const silent = routes.find(({ config }) => config?.scope === undefined);
    if (silent === undefined) return done();
    return done(new TypeError(`the route ${silent.url} does not say which scope it needs`));
  });
}
