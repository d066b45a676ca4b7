import ivm from 'isolated-vm';

// What a program does by hand that knows nothing of contexts, limits or crashes: one isolate for ever, one function in it.

const isolate = new ivm.Isolate({ memoryLimit: 128 });
const context = await isolate.createContext();
const source = 'input => input';
const guest = await context.eval(source, { reference: true });

/** Calls the one function. */
export async function warm(input: unknown): Promise<unknown> {
  return guest.apply(undefined, [input], {
    arguments: { copy: true },
    result: { copy: true },
  });
}

/** Makes a context, compiles and runs. */
export async function fresh(input: unknown): Promise<unknown> {
  const own = await isolate.createContext();
  try {
    const script = await isolate.compileScript(source);
    const made = await script.run(own, { reference: true });
    return await made.apply(undefined, [input], {
      arguments: { copy: true },
      result: { copy: true },
    });
  } finally {
    own.release();
  }
}
