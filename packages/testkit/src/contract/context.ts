import type { AsyncLocalStorage } from 'node:async_hooks';

/** A context variable, as far as the contract needs one. */
export interface ContractVariable<T> {
  get(): T | undefined;
  run<R>(value: T, fn: () => R): R;
}

/** A value with inner parts, to tell the same object from a copy. */
export interface Plan {
  name: string;
  tags: string[];
}

/** The variables and stores of the contract, as one thread sees them. */
export interface ContractContext {
  /** The side of the border: only the submitting one sees what is not carried. */
  readonly side: 'submitter' | 'worker';
  /** Carried to pool threads and guests. */
  readonly tenant: ContractVariable<string>;
  /** Carried to pool threads only. */
  readonly trace: ContractVariable<string>;
  /** Carried to guests only. */
  readonly hint: ContractVariable<string>;
  /** Carried to pool threads and guests; its default is `'default'`. */
  readonly level: ContractVariable<unknown>;
  /** Carried to pool threads and guests. */
  readonly plan: ContractVariable<Plan>;
  /** A secret: never leaves its thread. */
  readonly token: ContractVariable<string>;
  /** Has no policy: never leaves its thread. */
  readonly session: ContractVariable<object>;
  /** A store of somebody else's, carried to pool threads. */
  readonly request: AsyncLocalStorage<{ readonly id: string }>;
  /** A store of somebody else's that is not carried. */
  readonly foreign: AsyncLocalStorage<string>;
  /** Runs `fn` in the root context. */
  atRoot<R>(fn: () => R): R;
  /** Binds `fn` to the current context. */
  wrap<Args extends unknown[], R>(fn: (...args: Args) => R): (...args: Args) => R;
  /** The signal of the job whose context this is. */
  signal(): AbortSignal | undefined;
}

/** What {@link whoIsHere} says where nothing is set. */
export const nobody = 'nobody';

/** Runs `fn` in a context that is `label` in every way in which {@link whoIsHere} looks at it. */
export function within<R>(context: ContractContext, label: string, fn: () => R): R {
  const { tenant, trace, request, foreign } = context;
  const stores = (): R => request.run({ id: label }, () => foreign.run(label, fn));
  return tenant.run(label, () => trace.run(label, stores));
}

/**
 * Whose context this is: the label of {@link within}, if two variables and a carried store agree on it, and in the
 * submitting thread a store that is not carried, too. Otherwise all that is seen.
 */
export function whoIsHere(context: ContractContext): string {
  const { tenant, trace, request, foreign, side } = context;
  const seen = [tenant.get(), trace.get(), request.getStore()?.id];
  if (side === 'submitter') seen.push(foreign.getStore());
  const labels = seen.map((label) => label ?? nobody);
  return new Set(labels).size === 1 ? (labels[0] ?? nobody) : `mixed: ${labels.join(', ')}`;
}
