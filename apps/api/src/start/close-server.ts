import type { FastifyInstance } from 'fastify';

/**
 * Has a server take no more connections and answer the requests that it has, for at most `graceMs`; connections that are left then
 * are cut. Never rejects for being late.
 */
export async function closeServer(app: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
