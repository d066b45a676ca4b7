import type { KitSettings } from '../kit/kit-types.ts';
import type { GuestIsolate } from './guest-isolate.ts';

/** What every engine is made with. */
export interface EngineOptions {
  readonly kit: KitSettings;
  /** An isolate's heap is unusable or its guest cannot be stopped; called once for each. */
  readonly onWedged: (isolate: GuestIsolate, reason: string) => void;
}

/** What runs guest code in a thread: it makes the isolates there. Disposed when they are; the thread may end then. */
export interface Engine extends AsyncDisposable {
  /**
   * Makes an isolate that has no owner yet; whoever made it disposes it.
   *
   * @param memoryBytes - its heap limit; the engine `realm` ignores it, its guests share the heap of the thread
   */
  makeIsolate(memoryBytes: number): GuestIsolate;
}
