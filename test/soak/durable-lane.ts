import { pause } from '../support/pause.ts';

/** Jobs that a lane runs at once. */
export const slotCount = 64;

/** A way to have jobs run durably: ours, or the bare engine. */
export interface DurableLane extends AsyncDisposable {
  readonly name: string;
  /** Resolves when the job is accepted for good. */
  accept(job: LaneJob): Promise<unknown>;
  /** Called when a job starts. */
  onStart: (number: number) => void;
  /** Jobs that are done and written down as done. */
  settledCount(): number;
}

/** What is run: nothing, with a payload. */
export interface LaneJob {
  readonly number: number;
  readonly tenant: string;
  readonly payload: string;
}

/** Waits until so many jobs are settled, without taking the processor from them. */
export async function settled(lane: DurableLane, count: number): Promise<void> {
  const startMs = performance.now();
  while (lane.settledCount() < count) {
    if (performance.now() - startMs > 120_000) {
      throw new Error(`${lane.name}: only ${lane.settledCount()} of ${count} settled`);
    }
    await pause(1);
  }
}
