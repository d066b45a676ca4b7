import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { extname } from 'node:path';
import { echo } from '../lanes/exchange.ts';
import type { Lane } from '../lanes/lane.ts';

/** A server in a process of its own. */
export interface HttpLaneOptions {
  readonly name: string;
  readonly program: 'our-service' | 'bare-route';
  readonly args?: readonly string[];
  /** Connections that are kept. */
  readonly connectionCount: number;
}

/** Starts a server, and sends its jobs to `POST /v1/run`. */
export async function httpLane(options: HttpLaneOptions): Promise<Lane> {
  const { name, program, args = [], connectionCount } = options;
  const url = new URL(`./${program}.child${extname(import.meta.url)}`, import.meta.url);
  // Options of this process, such as those that profile it, are not for the server.
  const child = fork(url, [...args], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`${name} ended with ${code}`);
  });
  const [address]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  const agent = new Agent({ keepAlive: true, maxSockets: connectionCount });
  return {
    name,
    call: (number) => post(String(address), agent, number),
    check: echo.check,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      child.disconnect();
      await Promise.allSettled([ended]);
    },
  };
}

const source = 'export default (input) => input';

/** Sends a job and waits for the whole answer, as cheaply as Node can. @returns the value of its outcome */
async function post(url: string, agent: Agent, number: number): Promise<unknown> {
  const body = JSON.stringify({ source, input: number });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const sent = request(`${url}/v1/run`, { method: 'POST', agent, headers }).end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  if (answer.statusCode !== 200) throw new Error(`expected 200, got ${answer.statusCode}: ${text}`);
  const outcome: { readonly value?: unknown } = JSON.parse(text);
  return outcome.value;
}
