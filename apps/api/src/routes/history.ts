import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { HistoryEntry } from '@waybill/protocol';
import { type HistoryEvent, integerSchema, objectSchema } from '@waybill/protocol/http';
import type { JobQueue } from '@waybill/queue';
import type { Service } from '../service.ts';
import { describeRoute } from './describe-route.ts';
import { type StreamPace, streamPace, toEventStream } from './event-stream.ts';
import { type JobParams, jobNotFound, jobParams, readJobId } from './job-id.ts';
import type { OpenStream, OpenStreams } from './open-streams.ts';
import { toHistoryEvent } from './resources.ts';

type HistoryService = Pick<Service, 'queue' | 'metrics'>;

interface Streaming {
  /** What the streams of all tenants are counted in. */
  readonly streams: OpenStreams;
  readonly pace?: StreamPace;
}

interface HistoryQuery {
  readonly after?: number;
  readonly follow?: boolean;
}

interface HistoryHeaders {
  readonly 'last-event-id'?: string;
}

const maxSeq = 2 ** 31 - 1;

const description =
  `Server-sent events: \`id\` is the position in the job's history, \`event\` the kind, \`data\` a HistoryEvent. The stream
ends behind the event \`settled\`. A client that lost its connection comes back with \`Last-Event-ID\` and misses and repeats
nothing. A job that is settled and has no more events answers 204, which tells an EventSource to stop. Comments keep the
connection open. With \`follow=false\` the stream ends behind the events that are there, and where there are none answers 204.`.replaceAll(
    '\n',
    ' ',
  );

const historyRoute = describeRoute({
  operationId: 'readJobEvents',
  tag: 'jobs',
  summary: 'Streams what happens to a durable job',
  description,
  scope: 'read',
  params: jobParams,
  querystring: objectSchema<HistoryQuery>(
    {
      after: integerSchema(0, maxSeq, { description: 'Position behind which the stream begins' }),
      follow: {
        type: 'boolean',
        default: true,
        description: 'Whether to wait for what happens later, until the job is settled',
      },
    },
    [],
  ),
  headers: {
    type: 'object',
    properties: {
      'last-event-id': {
        type: 'string',
        maxLength: 10,
        pattern: '^[0-9]{0,9}$',
        description: 'The same as `after`, and before it, as an EventSource sends it',
      },
    },
  },
  answers: {
    200: { description: 'Events', schema: 'HistoryEvent', mediaType: 'text/event-stream' },
    204: { description: 'There are no more events: the job is settled, or none is waited for' },
  },
  problems: ['ERR_WAYBILL_JOB_NOT_FOUND'],
});

/** Adds `GET /v1/jobs/:id/events`. */
export function registerHistoryRoute(
  app: FastifyInstance,
  service: HistoryService,
  { streams, pace = streamPace }: Streaming,
): void {
  app.get<{ Params: JobParams; Querystring: HistoryQuery; Headers: HistoryHeaders }>(
    '/v1/jobs/:id/events',
    { ...historyRoute, exposeHeadRoute: false },
    async (request, reply) => {
      const { tenant } = request.caller;
      const jobId = readJobId(request.params);
      const { follow = true } = request.query;
      const from = { tenant, jobId, after: readAfter(request.query, request.headers), follow };
      if (await isOver(service.queue, from)) return reply.code(204).send();
      const stream = streams.open(tenant);
      const closeStream = service.metrics.openStream();
      endWithConnection(reply, stream, closeStream);
      // What gives only what is there ends by itself, and where it breaks off it must not look whole.
      const { signal } = follow ? stream : new AbortController();
      const { after } = from;
      const events = eventsOf(service.queue.history(tenant, jobId, { after, follow, signal }));
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          .header('cache-control', 'no-store')
          // A service that stops waits for its connections, and Node.js 24 would keep this one for the next request.
          .header('connection', 'close')
          .header('x-accel-buffering', 'no')
          .send(Readable.from(toEventStream(events, signal, pace)))
      );
    },
  );
}

interface From {
  readonly tenant: string;
  readonly jobId: string;
  readonly after: number;
  readonly follow: boolean;
}

function readAfter(query: HistoryQuery, headers: HistoryHeaders): number {
  const last = headers['last-event-id'];
  return last === undefined || last === '' ? (query.after ?? 0) : Number(last);
}

// Asked before the answer begins: later it can no longer be a problem, or 204.
async function isOver(queue: JobQueue, { tenant, jobId, after, follow }: From): Promise<boolean> {
  const job = await queue.find(tenant, jobId);
  if (job === undefined) throw jobNotFound(jobId);
  if (follow && job.outcome === undefined) return false;
  for await (const entry of queue.history(tenant, jobId, { after, follow: false }))
    return entry.seq <= after;
  return true;
}

function endWithConnection(reply: FastifyReply, stream: OpenStream, closeStream: () => void): void {
  const end = (): void => {
    stream.end();
    closeStream();
  };
  reply.raw.once('close', end);
  if (reply.raw.destroyed) end();
}

async function* eventsOf(
  history: AsyncIterable<HistoryEntry>,
): AsyncGenerator<HistoryEvent, void, undefined> {
  for await (const entry of history) yield toHistoryEvent(entry);
}
