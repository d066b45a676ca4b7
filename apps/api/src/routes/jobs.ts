import type { FastifyInstance } from 'fastify';
import {
  type DurableJob,
  type DurableJobState,
  type Page,
  durableJobStates,
} from '@waybill/protocol';
import {
  type JobResource,
  type JobSummary,
  cursorSchema,
  integerSchema,
  maxPageItems,
  momentSchema,
  objectSchema,
  shortNameSchema,
  textSchema,
} from '@waybill/protocol/http';
import type { Service } from '../service.ts';
import { clientGone } from './client-gone.ts';
import { describeRoute } from './describe-route.ts';
import { type JobParams, jobNotFound, jobParams, readJobId } from './job-id.ts';
import type { OpenStreams } from './open-streams.ts';
import { parseOptionalMoment } from './moments.ts';
import { toJobResource, toJobSummary, toPage } from './resources.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

type JobService = Pick<Service, 'queue' | 'state'>;

/**
 * Adds what is done with durable jobs that were submitted.
 *
 * @param streams - what requests that wait count as ones of
 */
export function registerJobRoutes(
  app: FastifyInstance,
  service: JobService,
  streams: OpenStreams,
): void {
  registerGet(app, service, streams);
  registerList(app, service);
  registerCancel(app, service);
  registerRedrive(app, service);
}

interface GetQuery {
  readonly wait?: number;
}

function registerGet(app: FastifyInstance, service: JobService, streams: OpenStreams): void {
  app.get<{ Params: JobParams; Querystring: GetQuery }>(
    '/v1/jobs/:id',
    describeRoute({
      operationId: 'getJob',
      tag: 'jobs',
      summary: 'Gives a durable job, with its outcome once it is settled',
      description: 'A request that waits counts as one of the event streams of its tenant.',
      scope: 'read',
      params: jobParams,
      querystring: objectSchema<GetQuery>(
        { wait: integerSchema(0, 30, { description: 'Seconds to wait until it is settled' }) },
        [],
      ),
      answers: { 200: { description: 'The job', schema: 'Job' } },
      problems: ['ERR_WAYBILL_JOB_NOT_FOUND'],
    }),
    async (request, reply) => {
      const { tenant } = request.caller;
      const jobId = readJobId(request.params);
      const job = await find(service, tenant, jobId);
      const signal = clientGone(reply);
      const wait = { tenant, jobId, seconds: request.query.wait ?? 0, signal, streams };
      const mayHaveChanged = await waitUntilSettled(service.queue, job, wait);
      return toJobResource(mayHaveChanged ? await find(service, tenant, jobId) : job);
    },
  );
}

async function find({ queue }: JobService, tenant: string, jobId: string): Promise<DurableJob> {
  const job = await queue.find(tenant, jobId);
  if (job === undefined) throw jobNotFound(jobId);
  return job;
}

interface ListQuery {
  readonly state?: string;
  readonly function?: string;
  readonly schedule?: string;
  readonly submittedFrom?: string;
  readonly submittedBefore?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

const anyState = durableJobStates.join('|');

const listQuery = objectSchema<ListQuery>(
  {
    state: textSchema(64, {
      pattern: `^(${anyState})(,(${anyState})){0,4}$`,
      description: 'One state, or several with commas between them',
      examples: ['queued,running'],
    }),
    function: shortNameSchema,
    schedule: shortNameSchema,
    submittedFrom: momentSchema,
    submittedBefore: momentSchema,
    cursor: cursorSchema,
    limit: integerSchema(1, maxPageItems, { default: 50 }),
  },
  [],
);

function registerList(app: FastifyInstance, service: JobService): void {
  app.get<{ Querystring: ListQuery }>(
    '/v1/jobs',
    describeRoute({
      operationId: 'listJobs',
      tag: 'jobs',
      summary: 'Lists durable jobs, the last submitted first',
      description: 'A page may have fewer jobs than asked for and still a next one.',
      scope: 'read',
      querystring: listQuery,
      answers: { 200: { description: 'A page of jobs', schema: 'JobSummaryPage' } },
      problems: [],
    }),
    async ({ caller, query }): Promise<Page<JobSummary>> => {
      const page = await service.queue.list({
        tenant: caller.tenant,
        states: query.state?.split(',') as DurableJobState[] | undefined,
        function: query.function,
        schedule: query.schedule,
        submittedFromMs: parseOptionalMoment(query.submittedFrom, 'submittedFrom'),
        submittedBeforeMs: parseOptionalMoment(query.submittedBefore, 'submittedBefore'),
        cursor: query.cursor,
        limit: query.limit,
      });
      return toPage(page, toJobSummary);
    },
  );
}

interface CancelQuery {
  readonly reason?: string;
}

function registerCancel(app: FastifyInstance, service: JobService): void {
  app.delete<{ Params: JobParams; Querystring: CancelQuery }>(
    '/v1/jobs/:id',
    describeRoute({
      operationId: 'cancelJob',
      tag: 'jobs',
      summary: 'Asks for the end of a durable job',
      description:
        'One that waits is cancelled at once; one that runs is told, and may still succeed first.',
      scope: 'submit',
      params: jobParams,
      querystring: objectSchema<CancelQuery>(
        {
          reason: textSchema(200, {
            // A database keeps no NUL.
            pattern: '^[^\\u0000-\\u001f\\u007f]*$',
            description: 'Half a sentence for its error',
          }),
        },
        [],
      ),
      answers: { 202: { description: 'Its end was asked for', schema: 'Job' } },
      problems: ['ERR_WAYBILL_JOB_NOT_FOUND', 'ERR_WAYBILL_JOB_STATE'],
    }),
    async ({ caller, params, query }, reply): Promise<JobResource> => {
      const job = await service.queue.cancel(caller.tenant, readJobId(params), query.reason);
      reply.code(202);
      return toJobResource(job);
    },
  );
}

function registerRedrive(app: FastifyInstance, service: JobService): void {
  app.post<{ Params: JobParams }>(
    '/v1/jobs/:id/redrive',
    describeRoute({
      operationId: 'redriveJob',
      tag: 'jobs',
      summary: 'Puts a failed or cancelled job in the queue again',
      scope: 'submit',
      params: jobParams,
      answers: { 202: { description: 'It waits for its next attempt', schema: 'Job' } },
      problems: ['ERR_WAYBILL_JOB_NOT_FOUND', 'ERR_WAYBILL_JOB_STATE', 'ERR_WAYBILL_CLOSED'],
    }),
    async ({ caller, params }, reply): Promise<JobResource> => {
      const job = await service.queue.redrive(caller.tenant, readJobId(params));
      reply.code(202);
      return toJobResource(job);
    },
  );
}
