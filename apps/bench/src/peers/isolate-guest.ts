import ivm from 'isolated-vm';
import { addonFinishes } from '../lanes/addon-finishes.ts';

/** A function in an isolate, called by hand. */
export interface IsolateGuest {
  /** Calls the function of a context that is kept. */
  warm(input: unknown): Promise<unknown>;
  /** Makes a context, compiles and calls. */
  fresh(input: unknown): Promise<unknown>;
  /** Ends the isolate. No call may be under way. */
  dispose(): Promise<void>;
}

const source = 'input => input';
const byCopy = { arguments: { copy: true }, result: { copy: true } } as const;

/** Makes an isolate with a function in it. The caller disposes it. */
export async function createIsolateGuest(): Promise<IsolateGuest> {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const kept = await (await isolate.createContext()).eval(source, { reference: true });
  return {
    warm: async (input) => kept.apply(undefined, [input], byCopy),
    async fresh(input) {
      const context = await isolate.createContext();
      try {
        const script = await isolate.compileScript(source);
        const guest = await script.run(context, { reference: true });
        const answer: unknown = await guest.apply(undefined, [input], byCopy);
        // Left to the collector, they keep their contexts until it comes.
        guest.release();
        script.release();
        return answer;
      } finally {
        context.release();
      }
    },
    async dispose() {
      isolate.dispose();
      await addonFinishes();
    },
  };
}
