import { setInterval } from 'node:timers/promises';
import type { Orchestrator } from '@waybill/orchestrator';
import type { CallBook } from '../method/call-book.ts';
import { expectFailure, type HostileKind, hostileJob } from './hostile-jobs.ts';
import type { Neighbour } from './neighbour.ts';

/** How hostile a neighbour is. */
export interface HostileOptions {
  readonly name: string;
  /** Of its jobs, by turns. */
  readonly kinds: readonly HostileKind[];
  /** A job is due each so many ms, whether or not the one before has ended. */
  readonly everyMs: number;
  /** Deadline of each, in ms after it was submitted. */
  readonly wallMs: number;
}

/** Runs a hostile job. @throws Error where it does not end with a code of its own */
export async function runHostile(
  waybill: Orchestrator,
  kind: HostileKind,
  { number, wallMs }: { readonly number: number; readonly wallMs: number },
): Promise<void> {
  const job = hostileJob(kind, number);
  const limits = { ...job.spec.limits, wallMs };
  expectFailure(await waybill.run({ ...job.spec, limits }), job);
}

/** A neighbour each of whose jobs is hostile, and has to end with a code of its own. */
export function hostileJobs(waybill: Orchestrator, options: HostileOptions): Neighbour {
  const { name, kinds, everyMs, wallMs } = options;
  let lastNumber = 0;
  const attack = async (book: CallBook): Promise<void> => {
    const number = lastNumber++;
    const kind = kinds[number % kinds.length] ?? 'loops';
    book.count();
    try {
      await runHostile(waybill, kind, { number, wallMs });
    } catch (error) {
      book.fail(error);
    }
  };
  return {
    name,
    start(book) {
      const over = new AbortController();
      const jobs = [attack(book)];
      const attackOften = async (): Promise<void> => {
        try {
          for await (const _ of setInterval(everyMs, undefined, { signal: over.signal })) {
            jobs.push(attack(book));
          }
        } catch (error) {
          if (!over.signal.aborted) throw error;
        }
      };
      const attacks = attackOften();
      return async () => {
        over.abort();
        await attacks;
        await Promise.all(jobs);
        return { settledCount: jobs.length, refusedCount: 0 };
      };
    },
  };
}
