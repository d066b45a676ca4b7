import type { FastifyInstance } from 'fastify';
import { oneAtATime } from '../one-at-a-time.ts';
import type { Service } from '../service.ts';

// A probe of the database that takes longer is as good as a failed one.
const probeTimeoutMs = 2_000;
// Everybody may ask: the answer is kept for a moment, so that nobody keeps the database busy with it.
const answerAgeMs = 1_000;

const schema = (summary: string, operationId: string): object => ({
  summary,
  operationId,
  tags: ['service'],
  response: {
    200: { type: 'object', properties: { status: { type: 'string' } } },
    503: { type: 'object', properties: { status: { type: 'string' } } },
  },
});

/**
 * Adds `/healthz`: whether the process answers; and `/readyz`: whether it wants work. Both are public and say nothing else.
 *
 * @param isLeaving - whether it is about to drain: it still takes work, and wants no more
 */
export function registerHealthRoutes(
  app: FastifyInstance,
  { queue, state }: Pick<Service, 'queue' | 'state'>,
  isLeaving: () => boolean,
): void {
  const config = { scope: 'public', rateLimit: false } as const;
  app.get(
    '/healthz',
    { config, schema: schema('Whether the service is alive', 'getHealth') },
    () => ({ status: 'alive' }),
  );
  const isUp = probeOf(() => queue.counts());
  app.get(
    '/readyz',
    { config, schema: schema('Whether the service wants work', 'getReadiness') },
    async (_request, reply) => {
      if (isLeaving() || state() === 'draining') {
        return reply.code(503).send({ status: 'draining' });
      }
      if (await isUp()) return { status: 'ready' };
      return reply.code(503).send({ status: 'database unavailable' });
    },
  );
}

/** Gives what asks the database, for all who want to know, at most once a second and never twice at once. */
function probeOf(ask: () => Promise<unknown>): () => Promise<boolean> {
  // Why it fails is in the log of whoever works with the database; here only that it does counts.
  const probe = oneAtATime(() =>
    ask().then(
      () => true,
      () => false,
    ),
  );
  let answer: { readonly atMs: number; readonly isUp: Promise<boolean> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (answer === undefined || nowMs - answer.atMs > answerAgeMs) {
      answer = { atMs: nowMs, isUp: inTime(probe()) };
    }
    return answer.isUp;
  };
}

async function inTime(probe: Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), probeTimeoutMs);
  try {
    return await Promise.race([probe, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
