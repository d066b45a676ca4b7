import type { Server } from 'node:http';
import { type FastifyHttpOptions, type FastifyInstance, LogController, fastify } from 'fastify';
import type { Authenticator } from '../auth/authenticator.ts';
import { registerHealthRoutes } from '../routes/health.ts';
import { registerKeyRoutes } from '../routes/keys.ts';
import { registerMetricsRoute } from '../routes/metrics.ts';
import type { Service } from '../service.ts';
import { admitRequests } from './admit-request.ts';
import { answerClientError, answerOddRequests } from './answer-client-errors.ts';
import { type Redact, answerError, answerErrors } from './answer-errors.ts';
import { capLimits } from './cap-limits.ts';
import { limitRates } from './limit-rates.ts';
import { readBodies } from './read-bodies.ts';
import { decorateRequests } from './request-fields.ts';
import { requestIdOf } from './request-id.ts';
import { requireScopes } from './require-scopes.ts';
import { createRouteCompiler } from './validator-compiler.ts';
import { watchRequests } from './watch-requests.ts';

// Names have 128 characters at most, in their longest encoding.
const maxParamChars = 128 * 3;
// How often Node looks for connections that are past their time.
const maxCheckMs = 1_000;

/** What a server is made with, beside the service. */
export interface ServerOptions {
  readonly authenticator: Authenticator;
  /** Takes secrets out of answers that tell of errors. @defaultValue leaves them as they are */
  readonly redact?: Redact | undefined;
  /** Whether the service is about to drain: `/readyz` says no, and work is still taken. @defaultValue never */
  readonly isLeaving?: (() => boolean) | undefined;
  /** Adds the routes of the API, and the schemas that all routes point to. */
  readonly routes: (app: FastifyInstance, service: Service) => void;
}

/**
 * Builds the HTTP server of a service; it listens when its caller says so, who closes it too.
 *
 * Every answer has the id of its request, every error is a problem document, every route says which scope it needs, and handlers
 * run in the context of their request.
 */
export async function buildServer(
  service: Service,
  { authenticator, routes, redact = (text) => text, isLeaving = () => false }: ServerOptions,
): Promise<FastifyInstance> {
  const app = newServer(service, redact);
  app.setValidatorCompiler(createRouteCompiler());
  decorateRequests(app);
  requireScopes(app);
  answerErrors(app, redact);
  const unknown = await limitRates(app, service.config.rateLimit);
  admitRequests(app, { service, authenticator, unknown });
  watchRequests(app, service.metrics);
  readBodies(app, service.config.body);
  capLimits(app, service.config.maxLimits);
  routes(app, service);
  // Behind the others, which bring the schemas and what collects the description of all routes.
  void app.register(async (own) => {
    registerHealthRoutes(own, service, isLeaving);
    registerMetricsRoute(own, service);
    registerKeyRoutes(own, service);
  });
  await app.ready();
  return app;
}

function newServer({ config, log }: Service, redact: Redact): FastifyInstance {
  const { http, trust } = config;
  const { headersTimeoutMs, requestTimeoutMs } = http;
  const options: FastifyHttpOptions<Server> = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // The id of the request is in every line by its context.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIdOf,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: http.keepAliveTimeoutMs,
    trustProxy: trust.proxies.length === 0 ? false : [...trust.proxies],
    routerOptions: { maxParamLength: maxParamChars },
    http: {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      // A hook of ours refuses a request without it, in the form of all other errors.
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(maxCheckMs, headersTimeoutMs),
    },
    // A hook of ours answers instead, in the form of all other errors, and still lets reads through.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: (error, socket) => answerClientError(error, socket, log),
    frameworkErrors: (error, request, reply) => answerError(error, { request, reply, redact }),
  };
  const app = fastify(options);
  app.server.maxConnections = http.maxConnections;
  answerOddRequests(app.server);
  return app;
}
