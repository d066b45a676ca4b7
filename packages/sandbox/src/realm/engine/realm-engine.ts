import { AsyncResource } from 'node:async_hooks';
import { CpuClock } from '../../engine/cpu-clock.ts';
import type { Engine, EngineOptions } from '../../engine/engine.ts';
import type { GuestIsolate } from '../../engine/guest-isolate.ts';
import type { TurnOwner } from '../../engine/turn.ts';
import { drainLimitCostMs } from '../drain-script.ts';
import { RealmGroup } from './realm-group.ts';
import { TurnTimes } from './turn-times.ts';

/** What the engine `realm` is made with. */
export interface RealmEngineOptions extends Pick<EngineOptions, 'kit'> {
  /** Heap of the thread, in bytes; its guests share it. */
  readonly threadHeapBytes: number;
  /**
   * Whether errors of guests have stack frames. To write them down, Node runs a function of its own on the guest's stack,
   * and a guest that exhausts the stack there catches an error of the host's realm (measured on 24 and 26).
   */
  readonly stacks: boolean;
  /** Told whose turn begins in this thread, and, with `undefined`, that it ended. */
  readonly onTurn: (owner: TurnOwner | undefined) => void;
}

/**
 * Opens the engine `realm`: each isolate is a group of `vm.Context`s in the heap of this thread. For guest code that its
 * operator trusts, and where there is no addon.
 *
 * Open it in the root context: what a guest's turn starts sees the async context that this was called in.
 */
export function openRealmEngine(options: RealmEngineOptions): Engine {
  const { kit, threadHeapBytes, stacks, onTurn } = options;
  const resource = new AsyncResource('WAYBILL_REALM', { requireManualDestroy: true });
  const clock = new CpuClock(new TurnTimes());
  const limitCostMs = drainLimitCostMs();
  const means = { settings: { ...kit, stacks }, onTurn, resource, clock, limitCostMs };
  return {
    makeIsolate: (): GuestIsolate => new RealmGroup(means, threadHeapBytes),
    [Symbol.asyncDispose]: () => {
      resource.emitDestroy();
      return Promise.resolve();
    },
  };
}
