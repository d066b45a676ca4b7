import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SeededRandom } from '@waybill/testkit';

/** Stands between a client and the service, and cuts each connection after a random number of bytes of the answer. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** Connections that were cut. */
  readonly cutCount: number;
  /** Lets everything through from now on. */
  heal(): void;
}

/** How much of an answer passes at most before its connection is cut. */
export interface CutOptions {
  readonly maxBytes: number;
  readonly random: SeededRandom;
}

function pair(client: Socket, target: Socket): void {
  const end = (): void => {
    client.destroy();
    target.destroy();
  };
  for (const socket of [client, target]) socket.on('error', end).on('close', end);
  client.pipe(target);
}

/** Starts a proxy in front of `url`. */
export async function startCuttingProxy(url: string, options: CutOptions): Promise<CuttingProxy> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isHealed = false;
  let cutCount = 0;
  const server: Server = createServer((client) => {
    const target = connect(Number(port), hostname);
    pair(client, target);
    open.add(client);
    client.once('close', () => open.delete(client));
    let left = isHealed ? Infinity : options.random.integer(options.maxBytes);
    target.on('data', (chunk: Buffer) => {
      if (isHealed) left = Infinity;
      // In the middle of a chunk: an event is cut wherever it may be.
      const part = chunk.subarray(0, Math.min(chunk.length, left));
      left -= chunk.length;
      if (left > 0) {
        client.write(part);
        return;
      }
      cutCount += 1;
      client.write(part, () => client.resetAndDestroy());
      target.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get cutCount() {
      return cutCount;
    },
    heal: () => (isHealed = true),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
