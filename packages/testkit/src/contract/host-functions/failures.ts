import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Takes over what happens on this event of the process for one time, and gives in whose context it happened. */
function hearUncaught(
  context: ContractContext,
  event: 'unhandledRejection' | 'uncaughtException',
): Promise<string> {
  const others = process.rawListeners(event) as (() => void)[];
  process.removeAllListeners(event);
  const { promise, resolve } = Promise.withResolvers<string>();
  process.once(event, () => {
    for (const listener of others) process.on(event, listener);
    resolve(whoIsHere(context));
  });
  return promise;
}

/** Host functions that fail, in the ways that there are. */
export function failureFunctions(context: ContractContext): ContractHostFunctions {
  const fail = (message: string): never => {
    const cause = new TypeError('the cause');
    throw Object.assign(new RangeError(message, { cause }), { code: 'E_OWN' });
  };
  return {
    failNow: fail,
    failLater: async function failLater(message: string): Promise<void> {
      await nextTurn();
      fail(message);
    },
    leaveRejection: async () => {
      const heard = hearUncaught(context, 'unhandledRejection');
      void Promise.reject(new Error('left behind on purpose'));
      return heard;
    },
    leaveError: async () => {
      const heard = hearUncaught(context, 'uncaughtException');
      setImmediate(() => {
        throw new Error('thrown on purpose');
      });
      return heard;
    },
    failSaying: () => {
      throw new Error(`failed for ${whoIsHere(context)}`);
    },
    never: () => new Promise(() => {}),
    // Only where this is a pool thread, which ends by it.
    endThread: () => {
      setImmediate(() => {
        throw new Error('ends its thread on purpose');
      });
      return new Promise(() => {});
    },
  };
}
