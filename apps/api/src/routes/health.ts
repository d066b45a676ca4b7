import type { FastifyInstance } from 'fastify';
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

/** Adds `/healthz`: whether the process answers; and `/readyz`: whether it takes work. Both are public and say nothing else. */
export function registerHealthRoutes(app: FastifyInstance, service: Service): void {
  const config = { scope: 'public', rateLimit: false } as const;
  app.get(
    '/healthz',
    { config, schema: schema('Whether the service is alive', 'getHealth') },
    () => ({ status: 'alive' }),
  );

  let answer: { readonly at: number; readonly isUp: Promise<boolean> } | undefined;
  const isUp = (): Promise<boolean> => {
    const now = performance.now();
    if (answer === undefined || now - answer.at > answerAgeMs) {
      answer = { at: now, isUp: answersInTime(service.queue.counts()) };
    }
    return answer.isUp;
  };
  app.get(
    '/readyz',
    { config, schema: schema('Whether the service takes work', 'getReadiness') },
    async (_request, reply) => {
      if (service.state() === 'draining') return reply.code(503).send({ status: 'draining' });
      if (await isUp()) return { status: 'ready' };
      return reply.code(503).send({ status: 'database unavailable' });
    },
  );
}

async function answersInTime(probe: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), probeTimeoutMs);
  try {
    // Why it fails is in the log of whoever works with the database; here only that it does counts.
    return await Promise.race([probe.then(() => true).catch(() => false), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
