import { AsyncLocalStorage } from 'node:async_hooks';
import { runInNewContext } from 'node:vm';
import type { ContractContext, ContractVariable } from './context.ts';
import { contractHostFunctions } from './host-functions/index.ts';
import type { ContractLane, ContractOutcome, ContractProgramSpec } from './lane.ts';

type GuestFunction = (input: unknown, environment: object) => Promise<unknown>;
type HostFunction = (...args: unknown[]) => unknown;

function variable<T>(defaultValue?: T): ContractVariable<T> {
  const store = new AsyncLocalStorage<T>();
  return { get: () => store.getStore() ?? defaultValue, run: (value, fn) => store.run(value, fn) };
}

function makeContext(): ContractContext {
  const atRoot = AsyncLocalStorage.snapshot();
  return {
    side: 'submitter',
    tenant: variable(),
    trace: variable(),
    hint: variable(),
    level: variable<unknown>('default'),
    plan: variable(),
    token: variable(),
    session: variable(),
    request: new AsyncLocalStorage(),
    foreign: new AsyncLocalStorage(),
    atRoot,
    wrap: (fn) => AsyncLocalStorage.bind(fn),
    signal: () => undefined,
  };
}

/** Gives functions by their names with dots as an object of objects. */
function nest(functions: Readonly<Record<string, HostFunction>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, fn] of Object.entries(functions)) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let level = root;
    for (const part of parts) level = (level[part] ??= {}) as Record<string, unknown>;
    level[last] = fn;
  }
  return root;
}

/**
 * What everybody would write first: guests in a plain `node:vm` context of this thread, with the functions and objects of
 * the host in their hands. Contexts are kept there by Node.js itself; with `losesContext` they are not.
 */
export function naiveLane({ losesContext }: { readonly losesContext: boolean }): ContractLane {
  const context = makeContext();
  const enter = (fn: HostFunction): HostFunction =>
    losesContext ? (...args) => context.atRoot(() => fn(...args)) : fn;
  const all = {
    ...contractHostFunctions('contract', context),
    ...contractHostFunctions('across', context),
  } as Record<string, HostFunction>;
  const entries = Object.entries(all).map(
    // What is thrown at once comes as a rejection, as from everywhere else.
    ([name, fn]) => [name, enter(async (...args) => fn(...args))] as const,
  );
  const host = nest(Object.fromEntries(entries));

  const prepare = async ({ source }: ContractProgramSpec) => {
    const globals = { setTimeout, queueMicrotask };
    const text = `(${source.replace('export default', '')})`;
    const entry = runInNewContext(text, globals) as GuestFunction;
    const environment = { host, context: new Map(), signal: {}, log: () => {} };
    const run = async (input: unknown): Promise<ContractOutcome> => {
      // An array of another realm equals none of this one.
      const value: unknown = structuredClone(await entry(input, environment));
      return { jobId: 'job', logs: [], ok: true, value };
    };
    return { run };
  };
  return {
    engine: 'realm',
    containment: 'thread',
    place: 'submitter',
    warmth: 'fresh',
    context,
    prepare,
    call: async (name, ...args) => all[name]?.(...args),
    cancel: () => false,
    on: () => () => {},
    atBaseline: async () => {},
  };
}
