import type { GuestRealm } from './guest-realm.ts';
import type { TurnOwner } from './turn.ts';

/**
 * `open`: runs turns. `lost`: gone by itself (memory limit). `disposed`: freed by us. `wedged`: told to stop and did
 * not; its thread and memory come back only with the process.
 */
export type IsolateState = 'open' | 'lost' | 'disposed' | 'wedged';

/**
 * What one tenant has of an engine, and nobody else: the realms of its jobs. To the engine `isolate` it is a V8 heap of its
 * own, to the engine `realm` a group of realms in the heap of the thread.
 */
export interface GuestIsolate {
  /** Heap limit in bytes; of the engine `realm` the heap of the thread, whatever was asked for. */
  readonly memoryBytes: number;
  /** `performance.now()` when it was made. */
  readonly bornMs: number;
  readonly state: IsolateState;
  /** Owner of everything that ran in it; empty as long as nothing did. */
  readonly tenant: string;
  /** Gives an isolate that was made ahead its owner, once and for all: isolates are never shared between tenants. */
  adopt(tenant: string): void;
  /** Whether a turn of this owner is the one that runs, and not only waits behind another. */
  isRunning(owner: TurnOwner): boolean;
  /** How long it may take on the wall to compute for so long, as busy as the machine is, in ms. */
  wallMs(cpuMs: number): number;
  /** Makes a realm whose kit is in place: ready for a program. Rejects where the isolate is gone. */
  openRealm(): Promise<GuestRealm>;
  /** Heap and external memory in use, in bytes; of the engine `realm` those of the thread. Rejects where the isolate is gone. */
  usedBytes(): Promise<number>;
  /** Frees the isolate. What still runs in it is cut off, or is given up as wedged when the ladder's grace is over. */
  dispose(): Promise<void>;
  /** Counts an isolate as wedged that did not end when it was disposed: nobody waits for its turns any longer. */
  giveUp(): void;
}
