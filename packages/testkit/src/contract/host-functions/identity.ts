import { setImmediate } from 'node:timers/promises';
import { until } from '../../until.ts';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Host functions that say whose context they are in, and what they see there. */
export function identityFunctions(context: ContractContext): ContractHostFunctions {
  const notes: string[] = [];
  const who = (): string => whoIsHere(context);
  return {
    who,
    whoLater: async (turnCount: number) => {
      const before = who();
      for (let left = turnCount; left > 0; left -= 1) await setImmediate();
      return before === who() ? before : `first ${before}, then ${who()}`;
    },
    seen: () => ({
      tenant: context.tenant.get(),
      trace: context.trace.get(),
      hint: context.hint.get(),
      token: context.token.get(),
      session: context.session.get(),
      request: context.request.getStore(),
      foreign: context.foreign.getStore(),
    }),
    level: () => context.level.get(),
    plan: () => context.plan.get(),
    changePlan: () => {
      const plan = context.plan.get();
      plan?.tags.push('changed');
      return plan;
    },
    // What `run` sets ends with it, and one variable is none of the other's business.
    nested: async () => {
      const inside = (): unknown[] => [context.tenant.get(), context.trace.get()];
      const inner = await context.tenant.run('inner', async () => {
        await setImmediate();
        return [inside(), context.tenant.run('innermost', inside), inside()];
      });
      return [...inner, inside()];
    },
    describeCall(this: unknown, ...args: readonly unknown[]) {
      return { self: typeof this, args };
    },
    echo: (value: unknown) => value,
    note: (text: string) => void notes.push(`${who()}: ${text}`),
    // Resolves with the notes when there are so many.
    notes: async (count: number) => {
      await until(() => notes.length >= count);
      return notes.splice(0);
    },
    callBack: async (callback: (who: string) => Promise<string[]>) => {
      const before = who();
      const between = await callback(before);
      return [before, ...between, who()];
    },
  };
}
