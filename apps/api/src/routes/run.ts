import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '@waybill/protocol';
import type { OutcomeResource, RunRequest } from '@waybill/protocol/http';
import type { Service } from '../service.ts';
import { clientGone } from './client-gone.ts';
import { describeRoute } from './describe-route.ts';
import { parseRun } from './requests.ts';
import { toOutcomeResource } from './resources.ts';

type RunService = Pick<Service, 'orchestrator' | 'shelf' | 'state'>;

/** What a request to run something at once is refused with. */
export const runProblems: readonly ErrorCode[] = [
  'ERR_WAYBILL_INVALID_JOB',
  'ERR_WAYBILL_FUNCTION_NOT_FOUND',
  'ERR_WAYBILL_NOT_CARRIABLE',
  'ERR_WAYBILL_GUEST_QUARANTINED',
  'ERR_WAYBILL_QUEUE_FULL',
  'ERR_WAYBILL_TENANT_QUEUE_FULL',
  'ERR_WAYBILL_CLOSED',
];

/** Adds `POST /v1/run`. */
export function registerRunRoute(app: FastifyInstance, service: RunService): void {
  app.post<{ Body: RunRequest }>(
    '/v1/run',
    describeRoute({
      operationId: 'run',
      tag: 'run',
      summary: 'Runs a job now and answers with its outcome',
      description:
        'A failure of the guest is an outcome, too: look at `ok`. The job ends when the client closes the connection.',
      scope: 'run',
      body: 'RunRequest',
      answers: { 200: { description: 'The job settled', schema: 'Outcome' } },
      problems: runProblems,
    }),
    (request, reply) => runNow(service, request.body, { request, reply }),
  );
}

/** Runs what a body asks for, for the tenant of the caller, as long as the client is there. */
export async function runNow(
  service: RunService,
  body: RunRequest,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<OutcomeResource> {
  const run = parseRun(body, request.caller.tenant);
  const options = { signal: clientGone(reply) };
  const outcome =
    run.kind === 'program'
      ? await service.orchestrator.run(run.spec, options)
      : await service.shelf.run(run.ref, run.spec, options);
  return toOutcomeResource(outcome);
}
