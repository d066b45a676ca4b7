// A route of Fastify that calls the orchestrator, and nothing else.
import { createOrchestrator, type JobSpec } from '@waybill/orchestrator';
import { fastify } from 'fastify';
import { serve } from './serve.ts';

const waybill = await createOrchestrator({});
const app = fastify();
app.post<{ Body: JobSpec }>('/v1/run', async ({ body }) => waybill.run(body));

serve({
  url: await app.listen({ host: '127.0.0.1', port: 0 }),
  async close() {
    await app.close();
    await waybill.close();
  },
});
