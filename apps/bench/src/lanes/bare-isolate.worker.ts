import { threadId, workerData } from 'node:worker_threads';
import ivm from 'isolated-vm';
import { addonFinishes } from './addon-finishes.ts';

// What a program does by hand that knows nothing of contexts, limits or crashes: one isolate for ever, one function in it.

const source = String(workerData);
const memoryLimit = 512;
const isolate = new ivm.Isolate({ memoryLimit });
const guest = await (await isolate.createContext()).eval(source, { reference: true });

/** Calls the one function. */
export async function warm(input: unknown): Promise<unknown> {
  return guest.apply(undefined, [input], {
    arguments: { copy: true },
    result: { copy: true },
  });
}

/** Makes a context, compiles and runs. */
export async function fresh(input: unknown): Promise<unknown> {
  return runIn(isolate, source, input);
}

/** The same with a source that only this call has. */
export async function own(itsSource: string): Promise<unknown> {
  return runIn(isolate, itsSource, undefined);
}

/** The same in an isolate that only this call has. */
export async function cold(input: unknown): Promise<unknown> {
  const itsIsolate = new ivm.Isolate({ memoryLimit });
  try {
    return await runIn(itsIsolate, source, input);
  } finally {
    itsIsolate.dispose();
  }
}

/** Disposes the isolate, before the thread is ended. @returns which thread it is */
export async function end(): Promise<number> {
  isolate.dispose();
  await addonFinishes();
  return threadId;
}

async function runIn(itsIsolate: ivm.Isolate, text: string, input: unknown): Promise<unknown> {
  const context = await itsIsolate.createContext();
  try {
    const script = await itsIsolate.compileScript(text);
    const made = await script.run(context, { reference: true });
    const answer = await made.apply(undefined, [input], {
      arguments: { copy: true },
      result: { copy: true },
    });
    // Left to the collector, they keep their contexts until it comes, and the isolate slows down under them.
    made.release();
    script.release();
    return answer;
  } finally {
    context.release();
  }
}
