import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { freePort, startService } from '../support/service.ts';
import { median } from './measure.ts';

const warmUpCount = 200;

const sampleCount = 400;

const bareRoute = fileURLToPath(new URL('bare-route.ts', import.meta.url));

const body = JSON.stringify({
  source: 'export default (input) => ({ hello: input.name })',
  input: { name: 'world' },
});

/** Sends the job and waits for the whole answer, as cheaply as Node can. */
async function post(url: string, agent: Agent): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const sent = request(`${url}/v1/run`, { method: 'POST', agent, headers }).end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  if (answer.statusCode !== 200 || !text.includes('"hello":"world"')) {
    throw new Error(`Expected the outcome, got ${answer.statusCode}: ${text}`);
  }
}

async function measure(url: string, agent: Agent, count: number): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < count; index++) {
    const startMs = performance.now();
    await post(url, agent);
    tookMs.push(performance.now() - startMs);
  }
  return median(tookMs);
}

/** Many clients at once: jobs a second, none of which may fail. */
async function load(url: string): Promise<number> {
  const { non2xx, errors, requests } = await autocannon({
    url: `${url}/v1/run`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: 16,
    duration: 4,
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`);
  return requests.average;
}

/** Gives how much longer the service takes for a job than a bare route: a ratio of medians, the median of the rounds. */
export async function measureHttp(roundCount: number): Promise<number> {
  const quiet = { log: { level: 'warn' }, rateLimit: { perMinute: { default: 10_000_000 } } };
  await using service = await startService({ config: quiet });
  await using bare = await startService({ entry: bareRoute, port: await freePort() });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (const { url } of [bare, service]) await measure(url, agent, warmUpCount);
    const ratios: number[] = [];
    for (let round = 0; round < roundCount; round++) {
      const bareMs = await measure(bare.url, agent, sampleCount);
      const serviceMs = await measure(service.url, agent, sampleCount);
      console.log(
        `bare route p50 ${bareMs.toFixed(2)} ms   service p50 ${serviceMs.toFixed(2)} ms`,
      );
      ratios.push(serviceMs / bareMs);
    }
    const [bareRate, serviceRate] = [await load(bare.url), await load(service.url)];
    console.log(`16 clients: bare route ${bareRate} jobs/s   service ${serviceRate} jobs/s`);
    return median(ratios);
  } finally {
    agent.destroy();
  }
}
