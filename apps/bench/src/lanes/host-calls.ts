import type { Lane } from './lane.ts';

/** Where a host function lives: in the thread that runs the guest, or in the one that submits. */
export type HostSide = 'inWorker' | 'here';

/**
 * A pool of one thread with one guest function that calls host functions one after the other, by turns on each of some sides, and
 * compares every answer with the number of its job.
 */
export interface HostCallPool extends AsyncDisposable {
  /** Gives a lane whose jobs make so many host calls each. Disposing it does nothing. */
  laneOf(callCount: number): Lane;
}
