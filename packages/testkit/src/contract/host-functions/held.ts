import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { countObjects } from '../../count-objects.ts';
import { heapAfterGc } from '../../heap-after-gc.ts';
import type { ContractContext } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** How often garbage is collected before something counts as held: finalizers and reactions take turns of their own. */
const mostCollections = 20;

/** Waits until what these refer to was collected. @returns how many are still held */
export async function countHeld(references: readonly WeakRef<object>[]): Promise<number> {
  const held = (): number => references.filter((reference) => reference.deref()).length;
  for (let round = 0; round < mostCollections && held() > 0; round++) {
    await setImmediate();
    heapAfterGc();
  }
  return held();
}

interface PortWatch extends Disposable {
  readonly openCount: number;
}

/** Counts the message ports that are opened in this thread from now on and are not closed. */
function watchPorts(): PortWatch {
  const open = new Set<number>();
  const hook = createHook({
    init(id, kind) {
      if (kind === 'MESSAGEPORT') open.add(id);
    },
    destroy(id) {
      open.delete(id);
    },
  }).enable();
  return {
    get openCount() {
      return open.size;
    },
    [Symbol.dispose]: () => void hook.disable(),
  };
}

/** Host functions that look at what their thread holds. */
export function heldFunctions(context: ContractContext): ContractHostFunctions {
  let watched: WeakRef<object>[] = [];
  const callbacks: unknown[] = [];
  let ports: PortWatch | undefined;
  const watch = (object: object | undefined): void => {
    if (object !== undefined) watched.push(new WeakRef(object));
  };
  return {
    watchPlan: () => watch(context.plan.get()),
    watchCallback: async (callback: () => Promise<unknown>) => {
      watch(callback);
      return callback();
    },
    holdCallback: (callback: unknown) => void callbacks.push(callback),
    heldCount: async () => {
      const count = await countHeld(watched);
      watched = [];
      return count;
    },
    storeCount: () => countObjects(AsyncLocalStorage),
    watchPorts: () => {
      ports = watchPorts();
    },
    openPortCount: async () => {
      // That a port was closed is told in a turn of its own.
      await setImmediate();
      const count = ports?.openCount;
      ports?.[Symbol.dispose]();
      return count;
    },
  };
}
