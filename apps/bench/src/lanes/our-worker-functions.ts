import { carried, jobNumber } from './our-variables.ts';

// What guests may call in the pool threads.

/** Gives the number of the job that calls. */
export async function inWorker(): Promise<number | undefined> {
  // Whatever holds before an `await` has to hold after it.
  await Promise.resolve();
  return jobNumber.get();
}

/** Gives the values of the first carried variables. */
export function carriedValues(count: number): (string | null)[] {
  return carried.slice(0, count).map((variable) => variable.get() ?? null);
}
