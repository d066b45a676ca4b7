/** What `POST /v1/run` is measured beside: a route of Fastify that calls the orchestrator, and nothing else. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createOrchestrator, type JobSpec } from '@waybill/orchestrator';
import { fastify } from 'fastify';

const { values } = parseArgs({ options: { config: { type: 'string', default: '' } } });
const { listen }: { listen: { host: string; port: number } } = JSON.parse(
  readFileSync(values.config, 'utf8'),
);

const waybill = await createOrchestrator({});
const app = fastify();
app.post<{ Body: JobSpec }>('/v1/run', async ({ body }) => waybill.run(body));
console.log(await app.listen(listen));
