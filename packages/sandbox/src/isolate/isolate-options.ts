import type { KitSettings } from '../kit/kit-types.ts';
import type { CodeCache } from './code-cache.ts';
import type { CpuClock } from './cpu-clock.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { TurnGate } from './turn-gate.ts';

/** What an isolate is made with. */
export interface GuestIsolateOptions {
  /** Owner of everything that runs in it; absent for an isolate made ahead, which is given an owner by `adopt`. */
  readonly tenant?: string;
  /** Heap limit in bytes, at least 8 MiB. */
  readonly memoryBytes: number;
  readonly kit: KitSettings;
  readonly gate: TurnGate;
  readonly codeCache: CodeCache;
  readonly cpuClock: CpuClock;
  /** The heap is unusable or guest code cannot be stopped; called once. */
  readonly onWedged: (isolate: GuestIsolate, reason: string) => void;
}

/**
 * `open`: runs turns. `lost`: gone by itself (memory limit). `disposed`: freed by us. `wedged`: told to stop and did
 * not; its thread and memory come back only with the process.
 */
export type IsolateState = 'open' | 'lost' | 'disposed' | 'wedged';
