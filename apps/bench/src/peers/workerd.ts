import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { createRequire } from 'node:module';
import { json, text } from 'node:stream/consumers';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import type { Lane } from '../lanes/lane.ts';
import { echoLane } from './echo-lane.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { startWorkerd } from './workerd-server.ts';

// What its package exports, as it has no types.
interface WorkerdPackage {
  /** Path of the program. */
  readonly default: string;
  /** The newest date of behaviour that it knows. */
  readonly compatibilityDate: string;
}

const name = 'workerd over HTTP';

/** The server that Cloudflare Workers run in, on this machine: a request for each call, over connections that are kept. */
export const workerd: Peer = { name, needs: 'workerd', open };

async function open({ how, threads }: PeerOptions): Promise<Lane> {
  const { default: binary, compatibilityDate } = createRequire(import.meta.url)(
    'workerd',
  ) as WorkerdPackage;
  await using stack = new AsyncDisposableStack();
  const ports: number[] = [];
  // One of them runs in one thread.
  for (let index = 0; index < threads; index++) {
    ports.push(stack.use(await startWorkerd(binary, { how, compatibilityDate })).port);
  }
  const agent = stack.adopt(new Agent({ keepAlive: true, maxSockets: callsPerThread }), (one) =>
    one.destroy(),
  );
  const owned = stack.move();
  return echoLane({
    name,
    answer: (input) => post({ agent, host: '127.0.0.1', port: ports[input % ports.length] }, input),
    dispose: () => owned.disposeAsync(),
  });
}

async function post(to: RequestOptions, input: unknown): Promise<unknown> {
  const body = JSON.stringify(input);
  const headers = { 'content-length': Buffer.byteLength(body) };
  const sent = request({ ...to, method: 'POST', headers });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(body);
  const [response] = await answered;
  if (response.statusCode !== 200) throw new Error(`workerd answered ${await text(response)}`);
  return json(response);
}
