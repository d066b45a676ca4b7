import { setImmediate } from 'node:timers/promises';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Host functions that keep something of one job, and use it in another. */
export function keptFunctions(context: ContractContext): ContractHostFunctions {
  let generators: readonly (Generator<string> | AsyncGenerator<string>)[] = [];
  let callback: (() => Promise<unknown>) | undefined;

  function* labels(): Generator<string> {
    for (;;) yield whoIsHere(context);
  }
  async function* labelsLater(): AsyncGenerator<string> {
    for (;;) {
      await setImmediate();
      yield whoIsHere(context);
    }
  }
  return {
    makeGenerators: () => {
      generators = [labels(), labelsLater()];
    },
    nextOfGenerators: async () => {
      const seen: unknown[] = [];
      for (const generator of generators) seen.push((await generator.next()).value);
      return seen;
    },
    keepCallback: async (given: () => Promise<unknown>) => {
      callback = given;
      return given();
    },
    callKept: async () => {
      try {
        return await callback?.();
      } catch (error) {
        return Object(error).code;
      }
    },
  };
}
