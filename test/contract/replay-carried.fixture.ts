import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type IncomingMessage, get } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { carryStore } from '@waybill/context';
import { foreign, request, tenant } from '../support/variables.ts';
import type { Program } from './replay-steps.fixture.ts';

/** A store that is carried, for values of every kind. */
export const odd: AsyncLocalStorage<unknown> = new AsyncLocalStorage<unknown>();
carryStore(odd, { name: 'replay.odd', to: ['worker'] });

/** A port on this machine that somebody listens to, carried to host functions that ask there. */
export const port: AsyncLocalStorage<number> = new AsyncLocalStorage<number>();
carryStore(port, { name: 'replay.port', to: ['worker'] });

const seenHere = (): unknown => [tenant.get(), request.getStore()?.id, foreign.getStore()];

// One connection for all jobs of the thread.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let socketCount = 0;

async function ask(): Promise<unknown> {
  const seen: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const onResponse = (response: IncomingMessage): void => {
    seen.push(seenHere());
    response.resume().on('end', () => ended.resolve(void seen.push(seenHere())));
  };
  const asked = get({ agent, port: port.getStore(), host: '127.0.0.1' }, onResponse);
  asked.on('socket', () => (socketCount += asked.reusedSocket ? 0 : 1));
  await ended.promise;
  // A turn later the agent has the connection back.
  await turn();
  return [...seen, socketCount];
}

/** What tests ask host functions to do, in either thread. */
export const carried: readonly Program[] = [
  { property: 'read the odd store', play: async (cross) => cross(() => [odd.getStore()]) },
  { property: 'see', play: async (cross) => [seenHere(), await cross(seenHere), seenHere()] },
  {
    property: 'enter',
    play: async (cross) => {
      await cross();
      foreign.enterWith('entered');
      request.enterWith({ id: 'entered' });
      await cross();
      return seenHere();
    },
  },
  { property: 'ask', play: async (cross) => [await cross(ask), await ask()] },
];
