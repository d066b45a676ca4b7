import { threadId, type MessagePort } from 'node:worker_threads';
import ivm from 'isolated-vm';
import { addonFinishes } from './addon-finishes.ts';
import type { HostSide } from './host-calls.ts';
import { type Numbered, RoundTrips } from './round-trips.ts';

/** What one job of the guest is given. */
export interface BareHostJob {
  readonly number: number;
  readonly callCount: number;
  readonly sides: readonly HostSide[];
}

const isolate = new ivm.Isolate({ memoryLimit: 512 });
const guest = await (
  await isolate.createContext()
).eval(
  `async (number, callCount, ...references) => {
    for (let index = 0; index < callCount; index++) {
      const reference = references[index % references.length];
      const answer = await reference.apply(undefined, [number], { result: { promise: true } });
      if (answer !== number) return answer;
    }
    return number;
  }`,
  { reference: true },
);

let trips: RoundTrips | undefined;

const references = {
  inWorker: new ivm.Reference(async (number: number) => {
    await Promise.resolve();
    return number;
  }),
  here: new ivm.Reference((number: number) => trips?.make(number)),
};

/** Tells the thread the port whose other end answers, before its first job. */
export function connect(port: MessagePort): void {
  trips = new RoundTrips((message) => port.postMessage(message));
  port.on('message', (message: Numbered) => trips?.take(message));
}

/** Runs a job. */
export async function run({ number, callCount, sides }: BareHostJob): Promise<unknown> {
  const called = sides.map((side) => references[side]);
  return guest.apply(undefined, [number, callCount, ...called], { result: { promise: true } });
}

/** Disposes the isolate, before the thread is ended. @returns which thread it is */
export async function end(): Promise<number> {
  isolate.dispose();
  await addonFinishes();
  return threadId;
}
