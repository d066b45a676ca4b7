import { AsyncLocalStorage } from 'node:async_hooks';
import { carryStore, ContextSnapshot, ContextVariable, JobContext } from '@waybill/context';
import type { ContractContext, Plan } from '@waybill/testkit/contract';

const request = new AsyncLocalStorage<{ readonly id: string }>();
carryStore(request, { name: 'contract.request', to: ['worker'] });

const everywhere = { to: ['worker', 'guest'] } as const;

const variables = {
  tenant: new ContextVariable<string>({ name: 'tenant', carry: everywhere }),
  trace: new ContextVariable<string>({ name: 'trace', carry: { to: ['worker'] } }),
  hint: new ContextVariable<string>({ name: 'hint', carry: { to: ['guest'] } }),
  level: new ContextVariable<unknown>({
    name: 'level',
    defaultValue: 'default',
    carry: everywhere,
  }),
  plan: new ContextVariable<Plan>({ name: 'plan', carry: everywhere }),
  token: new ContextVariable<string>({ name: 'token', carry: { to: [], secret: true } }),
  session: new ContextVariable<object>({ name: 'session' }),
  request,
  foreign: new AsyncLocalStorage<string>(),
};

/** The contract's variables and stores, as they are in this thread. */
export function contractContext(side: ContractContext['side']): ContractContext {
  return {
    ...variables,
    side,
    atRoot: (fn) => ContextSnapshot.root.run(fn),
    wrap: (fn) => {
      const wrapped = ContextSnapshot.capture().wrap(fn);
      return (...args) => wrapped(...args);
    },
    signal: () => JobContext.current()?.signal,
  };
}
