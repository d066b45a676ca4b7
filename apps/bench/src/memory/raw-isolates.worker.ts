import { threadId } from 'node:worker_threads';
import ivm from 'isolated-vm';
import { addonFinishes } from '../lanes/addon-finishes.ts';

// What a program keeps for each tenant that makes isolates by hand: one with a context and a function that was called.
const isolates: ivm.Isolate[] = [];

/** Makes an isolate and calls its function. */
export async function makeOne(input: unknown): Promise<unknown> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  isolates.push(isolate);
  const context = await isolate.createContext();
  const guest = await context.eval('input => input', { reference: true });
  return guest.apply(undefined, [input], {
    arguments: { copy: true },
    result: { copy: true },
  });
}

/** Disposes all: a thread that ends with live isolates hangs, or takes the process down. @returns which thread it is */
export async function end(): Promise<number> {
  for (const isolate of isolates) isolate.dispose();
  await addonFinishes();
  return threadId;
}
