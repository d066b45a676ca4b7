import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { echo } from './exchange.ts';
import type { Lane } from './lane.ts';
import { type Numbered, RoundTrips } from './round-trips.ts';

const url = new URL(`./port-echo.worker${extname(import.meta.url)}`, import.meta.url);

/** Starts a bare thread that sends back what it is sent: what a thread border costs at least. */
export async function portEchoLane(): Promise<Lane> {
  const thread = new Worker(url);
  await once(thread, 'online');
  const trips = new RoundTrips((message) => thread.postMessage(message, []));
  thread.on('message', (message: Numbered) => trips.take(message));
  return {
    name: 'raw MessagePort',
    call: (number) => trips.make(number),
    check: echo.check,
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}
