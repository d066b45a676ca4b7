import type { Engine, EngineOptions } from '../engine/engine.ts';
import type { GuestIsolate } from '../engine/guest-isolate.ts';
import { AddonIsolate } from './addon-isolate.ts';
import { CodeCache } from './code-cache.ts';
import { letAddonFinish } from './let-addon-finish.ts';
import { CpuClock } from '../engine/cpu-clock.ts';
import { ProcessTimes } from './process-times.ts';
import { TurnGate } from './turn-gate.ts';

/** What the engine `isolate` is made with. */
export interface IsolateEngineOptions extends EngineOptions {
  /** Isolates of this thread that may compute at one moment. */
  readonly runningIsolates: number;
  /** Where the threads of a process add up what their isolates ran: `runClockBytes` long, the same for each of them. */
  readonly runClock: SharedArrayBuffer;
}

/**
 * Opens the engine `isolate`: each isolate is a V8 isolate of the addon, with a heap and a heap limit of its own. Made for
 * guest code that nobody trusts.
 */
export function openIsolateEngine(options: IsolateEngineOptions): Engine {
  const { kit, onWedged, runningIsolates, runClock } = options;
  const codeCache = new CodeCache();
  const shared = {
    kit,
    onWedged,
    codeCache,
    gate: new TurnGate(runningIsolates),
    cpuClock: new CpuClock(new ProcessTimes(runClock)),
  };
  return {
    makeIsolate: (memoryBytes): GuestIsolate => new AddonIsolate({ ...shared, memoryBytes }),
    [Symbol.asyncDispose]: () => {
      codeCache[Symbol.dispose]();
      return letAddonFinish();
    },
  };
}
