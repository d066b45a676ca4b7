import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '@waybill/protocol';
import {
  type JobRequest,
  type JobResource,
  type JsonSchema,
  idempotencyKeySchema,
} from '@waybill/protocol/http';
import type { Service } from '../service.ts';
import { type Answer, describeRoute } from './describe-route.ts';
import { parseJob } from './requests.ts';
import { toJobResource } from './resources.ts';

type SubmitService = Pick<Service, 'queue' | 'state'>;

/** What a submission is refused with. */
export const submitProblems: readonly ErrorCode[] = [
  'ERR_WAYBILL_INVALID_JOB',
  'ERR_WAYBILL_FUNCTION_NOT_FOUND',
  'ERR_WAYBILL_NOT_CARRIABLE',
  'ERR_WAYBILL_IDEMPOTENCY_CONFLICT',
  'ERR_WAYBILL_TENANT_QUEUE_FULL',
  'ERR_WAYBILL_CLOSED',
];

/** Headers of a submission. */
export interface SubmitHeaders {
  readonly 'idempotency-key'?: string;
}

/** For the document and the check of {@link SubmitHeaders}. */
export const submitHeaders: JsonSchema = {
  type: 'object',
  properties: {
    'idempotency-key': {
      ...idempotencyKeySchema,
      description: 'The same key with the same job gives the first one again',
    },
  },
};

const location = {
  Location: { type: 'string', description: 'Address of the job' },
};

/** Answers of a submission. */
export const submitAnswers: Readonly<Record<200 | 202, Answer>> = {
  202: { description: 'The job was accepted', schema: 'Job', headers: location },
  200: {
    description: 'The idempotency key gave a job that was there',
    schema: 'Job',
    headers: location,
  },
};

/** Accepts the job of a body for the tenant of the caller. */
export async function submit(
  service: SubmitService,
  body: JobRequest,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<JobResource> {
  const { 'idempotency-key': idempotencyKey } = request.headers as SubmitHeaders;
  const spec = { ...parseJob(body, request.caller.tenant), idempotencyKey };
  const { job, isNew } = await service.queue.submit(spec);
  reply.code(isNew ? 202 : 200).header('location', `/v1/jobs/${job.id}`);
  return toJobResource(job);
}

/** Adds `POST /v1/jobs`. */
export function registerSubmitRoute(app: FastifyInstance, service: SubmitService): void {
  app.post<{ Body: JobRequest }>(
    '/v1/jobs',
    describeRoute({
      operationId: 'submitJob',
      tag: 'jobs',
      summary: 'Accepts a durable job',
      description: 'Once it is accepted it is settled exactly once, whatever is killed meanwhile.',
      scope: 'submit',
      headers: submitHeaders,
      body: 'JobRequest',
      answers: submitAnswers,
      problems: submitProblems,
    }),
    (request, reply) => submit(service, request.body, { request, reply }),
  );
}
