import type { FastifyInstance } from 'fastify';
import { type ErrorCode, type FunctionSpec, type Page, makeError } from '@waybill/protocol';
import {
  type FunctionJobRequest,
  type FunctionRequest,
  type FunctionResource,
  type FunctionRunRequest,
  type FunctionSummary,
  type JsonSchema,
  cursorSchema,
  integerSchema,
  maxPageItems,
  objectSchema,
  shortNameSchema,
  versionSchema,
} from '@waybill/protocol/http';
import type { Service } from '../service.ts';
import { checkSource } from './check-source.ts';
import { describeRoute } from './describe-route.ts';
import { withFunction } from './requests.ts';
import { toFunctionResource, toFunctionSummary, toPage } from './resources.ts';
import { runNow, runProblems } from './run.ts';
import { submit, submitAnswers, submitHeaders, submitProblems } from './submit-job.ts';

type FunctionService = Pick<Service, 'orchestrator' | 'queue' | 'shelf' | 'state'>;

interface NameParams {
  readonly name: string;
}

const nameParams: JsonSchema = objectSchema<NameParams>({ name: shortNameSchema }, ['name']);

const deployProblems: readonly ErrorCode[] = [
  'ERR_WAYBILL_INVALID_JOB',
  'ERR_WAYBILL_GUEST_SYNTAX',
  'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND',
  'ERR_WAYBILL_WORKER_EXITED',
  'ERR_WAYBILL_RPC_BROKEN',
  'ERR_WAYBILL_CLOSED',
];

/** Adds what is done with deployed functions. */
export function registerFunctionRoutes(app: FastifyInstance, service: FunctionService): void {
  registerPut(app, service);
  registerGet(app, service);
  registerList(app, service);
  registerRemove(app, service);
  registerRuns(app, service);
}

function registerPut(app: FastifyInstance, service: FunctionService): void {
  app.put<{ Params: NameParams; Body: FunctionRequest }>(
    '/v1/functions/:name',
    describeRoute({
      operationId: 'deployFunction',
      tag: 'functions',
      summary: 'Deploys a function, or a new version of it',
      description:
        'Its source is checked first. The same function again is the same version. Jobs that wait keep the version they were submitted for.',
      scope: 'deploy',
      params: nameParams,
      body: 'FunctionRequest',
      answers: {
        201: { description: 'A new version', schema: 'Function' },
        200: { description: 'The version was there', schema: 'Function' },
      },
      problems: deployProblems,
    }),
    async ({ caller, params, body }, reply): Promise<FunctionResource> => {
      const spec: FunctionSpec = { ...body, name: params.name, tenant: caller.tenant };
      await checkSource(service.orchestrator, spec);
      const { stored, isNew } = await service.queue.functions.put(spec);
      reply.code(isNew ? 201 : 200);
      return toFunctionResource(stored);
    },
  );
}

interface VersionQuery {
  readonly version?: number;
}

function registerGet(app: FastifyInstance, { queue }: FunctionService): void {
  app.get<{ Params: NameParams; Querystring: VersionQuery }>(
    '/v1/functions/:name',
    describeRoute({
      operationId: 'getFunction',
      tag: 'functions',
      summary: 'Gives a version of a deployed function',
      scope: 'read',
      params: nameParams,
      querystring: objectSchema<VersionQuery>(
        { version: { ...versionSchema, description: 'The one deployed last if absent' } },
        [],
      ),
      answers: { 200: { description: 'The version', schema: 'Function' } },
      problems: ['ERR_WAYBILL_FUNCTION_NOT_FOUND'],
    }),
    async ({ caller, params, query }): Promise<FunctionResource> => {
      const stored = await queue.functions.find(caller.tenant, params.name, query.version);
      if (stored === undefined) throw functionNotFound(params.name);
      return toFunctionResource(stored);
    },
  );
}

interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

function registerList(app: FastifyInstance, { queue }: FunctionService): void {
  app.get<{ Querystring: PageQuery }>(
    '/v1/functions',
    describeRoute({
      operationId: 'listFunctions',
      tag: 'functions',
      summary: 'Lists the deployed functions by name, each with its last version',
      scope: 'read',
      querystring: objectSchema<PageQuery>(
        { cursor: cursorSchema, limit: integerSchema(1, maxPageItems, { default: 50 }) },
        [],
      ),
      answers: { 200: { description: 'A page of functions', schema: 'FunctionSummaryPage' } },
      problems: [],
    }),
    async ({ caller, query }): Promise<Page<FunctionSummary>> =>
      toPage(await queue.functions.list(caller.tenant, query), toFunctionSummary),
  );
}

function registerRemove(app: FastifyInstance, { queue }: FunctionService): void {
  app.delete<{ Params: NameParams }>(
    '/v1/functions/:name',
    describeRoute({
      operationId: 'removeFunction',
      tag: 'functions',
      summary: 'Takes every version of a function out of service',
      description: 'Jobs that wait for it fail.',
      scope: 'deploy',
      params: nameParams,
      answers: { 204: { description: 'It is out of service' } },
      problems: ['ERR_WAYBILL_FUNCTION_NOT_FOUND'],
    }),
    async ({ caller, params }, reply) => {
      if (!(await queue.functions.remove(caller.tenant, params.name))) {
        throw functionNotFound(params.name);
      }
      return reply.code(204).send();
    },
  );
}

function registerRuns(app: FastifyInstance, service: FunctionService): void {
  app.post<{ Params: NameParams; Body: FunctionRunRequest }>(
    '/v1/functions/:name/run',
    describeRoute({
      operationId: 'runFunction',
      tag: 'functions',
      summary: 'Runs a deployed function now and answers with the outcome',
      scope: 'run',
      params: nameParams,
      body: 'FunctionRunRequest',
      answers: { 200: { description: 'The job settled', schema: 'Outcome' } },
      problems: runProblems,
    }),
    (request, reply) =>
      runNow(service, withFunction(request.body, request.params.name), { request, reply }),
  );
  app.post<{ Params: NameParams; Body: FunctionJobRequest }>(
    '/v1/functions/:name/jobs',
    describeRoute({
      operationId: 'submitFunctionJob',
      tag: 'functions',
      summary: 'Accepts a durable job of a deployed function',
      scope: 'submit',
      params: nameParams,
      headers: submitHeaders,
      body: 'FunctionJobRequest',
      answers: submitAnswers,
      problems: submitProblems,
    }),
    (request, reply) =>
      submit(service, withFunction(request.body, request.params.name), { request, reply }),
  );
}

function functionNotFound(name: string): Error {
  const words = `the tenant has no function named ${name}, or not this version of it`;
  return makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', words, { details: { name } });
}
