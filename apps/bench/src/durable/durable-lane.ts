import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@waybill/testkit';

/** Jobs that a lane runs at once. */
export const slotCount = 64;

/** A way to have jobs run durably: ours, or the bare engine. */
export interface DurableLane extends AsyncDisposable {
  readonly name: string;
  /** Resolves when the job is accepted for good. */
  accept(job: DurableLaneJob): Promise<unknown>;
  /** Called with each job that starts, as it came out of the database. */
  onStart: (job: DurableLaneJob) => void;
  /** Jobs that are done and written down as done. */
  settledCount(): number;
}

/** What is run: nothing, with a payload. */
export interface DurableLaneJob {
  readonly number: number;
  readonly tenant: string;
  readonly payload: string;
}

/** Waits until so many jobs are settled, without taking the processor from them. @throws Error after two minutes */
export async function settled(lane: DurableLane, count: number): Promise<void> {
  const isSettled = async (): Promise<boolean> => {
    if (lane.settledCount() >= count) return true;
    await wait(1);
    return false;
  };
  const describe = (): string => `${lane.name}: ${lane.settledCount()} of ${count} settled`;
  await until(isSettled, { limitMs: 120_000, describe });
}

/** Reads a job out of what came out of the database; what is not there is not what was given. */
export function readJob(stored: unknown, tenant: string): DurableLaneJob {
  const { number, payload }: Partial<DurableLaneJob> = Object(stored);
  return { number: number ?? NaN, tenant, payload: payload ?? '' };
}
