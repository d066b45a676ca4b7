import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { echo } from './exchange.ts';
import type { Lane } from './lane.ts';
import { type Numbered, RoundTrips } from './round-trips.ts';

const url = new URL(`./process-echo.child${extname(import.meta.url)}`, import.meta.url);

/** Starts a bare child process that sends back what it is sent: what a process border costs at least. */
export async function processEchoLane(): Promise<Lane> {
  // Options of this process, such as those that profile it, are not for the child.
  const child = fork(url, { execArgv: [] });
  await once(child, 'spawn');
  const trips = new RoundTrips((message) => child.send(message));
  child.on('message', (message) => trips.take(message as unknown as Numbered));
  return {
    name: 'raw child process IPC',
    call: (number) => trips.make(number),
    check: echo.check,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
