import type { EngineOptions } from '../engine/engine.ts';
import type { CodeCache } from './code-cache.ts';
import type { CpuClock } from '../engine/cpu-clock.ts';
import type { TurnGate } from './turn-gate.ts';

/** What an isolate of the addon is made with. */
export interface AddonIsolateOptions extends EngineOptions {
  /** Owner of everything that runs in it; absent for an isolate made ahead, which is given an owner by `adopt`. */
  readonly tenant?: string;
  /** Heap limit in bytes, at least 8 MiB. */
  readonly memoryBytes: number;
  readonly gate: TurnGate;
  readonly codeCache: CodeCache;
  readonly cpuClock: CpuClock;
}
