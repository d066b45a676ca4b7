import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

// Not in the types of Node.js yet.
interface WithScope {
  withScope?(value: unknown): unknown;
}

/** Host functions that leave in their context what they can, and say what is there. */
export function residueFunctions(context: ContractContext): ContractHostFunctions {
  const { request, foreign } = context;
  const ambient = new AsyncLocalStorage<string>();
  return {
    enterAll: async (label: string) => {
      request.enterWith({ id: label });
      foreign.enterWith(label);
      ambient.enterWith(label);
      (request as WithScope).withScope?.({ id: label });
      await setImmediate();
      foreign.enterWith(`${label} again`);
      return foreign.getStore();
    },
    residue: () => [whoIsHere(context), ambient.getStore() ?? 'nothing'],
  };
}
