import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Host functions that ask a server over connections that are kept for the next job. */
export function networkFunctions(context: ContractContext): ContractHostFunctions {
  let agent: Agent | undefined;
  let server: Server | undefined;

  const open = async (): Promise<Server> => {
    if (server?.listening === true) return server;
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    server = createServer((_request, response) => response.end('body'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  };
  return {
    // Whose context it was when the response came and when it had ended, and whether the connection was an old one.
    'network.visit': async () => {
      const { port } = (await context.atRoot(open)).address() as AddressInfo;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const request = get({ host: '127.0.0.1', port, agent }, (response) => {
        const seen = [whoIsHere(context)];
        response.resume().on('end', () => {
          seen.push(whoIsHere(context));
          // One turn later the agent has the connection back.
          setImmediate(resolve, { seen, isReused: request.reusedSocket });
        });
      });
      request.on('error', reject);
      return promise;
    },
    'network.close': async () => {
      agent?.destroy();
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
