import type { FastifyInstance } from 'fastify';
import { type Page, makeError } from '@waybill/protocol';
import {
  type JsonSchema,
  type ScheduleRequest,
  type ScheduleResource,
  type ScheduleSummary,
  cursorSchema,
  integerSchema,
  maxPageItems,
  objectSchema,
  shortNameSchema,
} from '@waybill/protocol/http';
import type { Service } from '../service.ts';
import { describeRoute } from './describe-route.ts';
import { parseScheduledJob } from './requests.ts';
import { toPage, toScheduleResource, toScheduleSummary } from './resources.ts';

type ScheduleService = Pick<Service, 'queue' | 'state'>;

interface NameParams {
  readonly name: string;
}

const nameParams: JsonSchema = objectSchema<NameParams>({ name: shortNameSchema }, ['name']);

/** Adds what is done with schedules. */
export function registerScheduleRoutes(app: FastifyInstance, service: ScheduleService): void {
  registerPut(app, service);
  registerGet(app, service);
  registerList(app, service);
  registerRemove(app, service);
}

function registerPut(app: FastifyInstance, service: ScheduleService): void {
  app.put<{ Params: NameParams; Body: ScheduleRequest }>(
    '/v1/schedules/:name',
    describeRoute({
      operationId: 'putSchedule',
      tag: 'schedules',
      summary: 'Sets a schedule, or replaces it',
      description:
        'Its jobs are submitted in the root context: nothing of this request is carried into them.',
      scope: 'schedule',
      params: nameParams,
      body: 'ScheduleRequest',
      answers: {
        201: { description: 'A new schedule', schema: 'Schedule' },
        200: { description: 'The schedule was replaced', schema: 'Schedule' },
      },
      problems: [
        'ERR_WAYBILL_INVALID_JOB',
        'ERR_WAYBILL_FUNCTION_NOT_FOUND',
        'ERR_WAYBILL_NOT_CARRIABLE',
        'ERR_WAYBILL_CLOSED',
      ],
    }),
    async ({ caller, params, body }, reply): Promise<ScheduleResource> => {
      const { schedule, isNew } = await service.queue.schedules.put({
        ...body,
        name: params.name,
        tenant: caller.tenant,
        job: parseScheduledJob(body.job),
      });
      reply.code(isNew ? 201 : 200);
      return toScheduleResource(schedule);
    },
  );
}

function registerGet(app: FastifyInstance, { queue }: ScheduleService): void {
  app.get<{ Params: NameParams }>(
    '/v1/schedules/:name',
    describeRoute({
      operationId: 'getSchedule',
      tag: 'schedules',
      summary: 'Gives a schedule',
      scope: 'read',
      params: nameParams,
      answers: { 200: { description: 'The schedule', schema: 'Schedule' } },
      problems: ['ERR_WAYBILL_SCHEDULE_NOT_FOUND'],
    }),
    async ({ caller, params }): Promise<ScheduleResource> => {
      const schedule = await queue.schedules.find(caller.tenant, params.name);
      if (schedule === undefined) throw scheduleNotFound(params.name);
      return toScheduleResource(schedule);
    },
  );
}

interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

function registerList(app: FastifyInstance, { queue }: ScheduleService): void {
  app.get<{ Querystring: PageQuery }>(
    '/v1/schedules',
    describeRoute({
      operationId: 'listSchedules',
      tag: 'schedules',
      summary: 'Lists the schedules by name',
      scope: 'read',
      querystring: objectSchema<PageQuery>(
        { cursor: cursorSchema, limit: integerSchema(1, maxPageItems, { default: 50 }) },
        [],
      ),
      answers: { 200: { description: 'A page of schedules', schema: 'ScheduleSummaryPage' } },
      problems: [],
    }),
    async ({ caller, query }): Promise<Page<ScheduleSummary>> =>
      toPage(await queue.schedules.list(caller.tenant, query), toScheduleSummary),
  );
}

function registerRemove(app: FastifyInstance, { queue }: ScheduleService): void {
  app.delete<{ Params: NameParams }>(
    '/v1/schedules/:name',
    describeRoute({
      operationId: 'removeSchedule',
      tag: 'schedules',
      summary: 'Removes a schedule',
      description: 'Jobs that it submitted stay.',
      scope: 'schedule',
      params: nameParams,
      answers: { 204: { description: 'It is removed' } },
      problems: ['ERR_WAYBILL_SCHEDULE_NOT_FOUND'],
    }),
    async ({ caller, params }, reply) => {
      if (!(await queue.schedules.remove(caller.tenant, params.name))) {
        throw scheduleNotFound(params.name);
      }
      return reply.code(204).send();
    },
  );
}

function scheduleNotFound(name: string): Error {
  const words = `the tenant has no schedule named ${name}`;
  return makeError('ERR_WAYBILL_SCHEDULE_NOT_FOUND', words, { details: { name } });
}
