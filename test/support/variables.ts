import { AsyncLocalStorage } from 'node:async_hooks';
import { carryStore, ContextVariable } from '@waybill/context';

/** Goes everywhere: pool threads and guests. */
export const tenant: ContextVariable<string> = new ContextVariable<string>({
  name: 'tenant',
  carry: { to: ['worker', 'guest'] },
});

/** Goes to pool threads only. */
export const trace: ContextVariable<string> = new ContextVariable<string>({
  name: 'trace',
  carry: { to: ['worker'] },
});

/** A value with inner parts, to see that each place has a copy of its own. */
export const plan: ContextVariable<{ name: string; tags: string[] }> = new ContextVariable<{
  name: string;
  tags: string[];
}>({ name: 'plan', carry: { to: ['worker', 'guest'] } });

/** Has a policy, and stays in its thread. */
export const token: ContextVariable<string> = new ContextVariable<string>({
  name: 'token',
  carry: { to: [], secret: true },
});

/** Has no policy: stays in its thread, and nobody may show it. */
export const session: ContextVariable<object> = new ContextVariable<object>({ name: 'session' });

/** A store that somebody else owns, carried to pool threads. */
export const request: AsyncLocalStorage<{ id: string }> = new AsyncLocalStorage<{ id: string }>();
carryStore(request, { name: 'request', to: ['worker'] });

/** A store that nobody carries. */
export const foreign: AsyncLocalStorage<string> = new AsyncLocalStorage<string>();
