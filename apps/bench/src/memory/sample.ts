import { readdirSync } from 'node:fs';
import type { Orchestrator } from '@waybill/orchestrator';
import { heapAfterGc } from '@waybill/testkit';

/** What is held at one moment, by the submitting process and by its pool processes together. */
export interface Sample {
  /** Jobs so far. */
  readonly jobCount: number;
  /** Since the first job. */
  readonly atSeconds: number;
  /** Heap of the submitting process after a collection. */
  readonly heapBytes: number;
  /** Resident memory of the submitting process. */
  readonly ownRssBytes: number;
  /** Resident memory of all pool processes together. */
  readonly poolRssBytes: number;
  /** Threads of all processes; 0 elsewhere than on Linux, where they are not counted. */
  readonly threadCount: number;
  /** Open files of all processes, with the same exception. */
  readonly fileCount: number;
}

/** Takes a sample, after a collection in this process. */
export async function takeSample(
  waybill: Orchestrator,
  at: Pick<Sample, 'jobCount' | 'atSeconds'>,
): Promise<Sample> {
  const { processes } = (await waybill.stats()).pool;
  const ids = [...new Set([process.pid, ...processes.map(({ processId }) => processId)])];
  const heapBytes = heapAfterGc();
  return {
    ...at,
    heapBytes,
    ownRssBytes: process.memoryUsage.rss(),
    poolRssBytes: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    threadCount: countOf(ids, 'task'),
    fileCount: countOf(ids, 'fd'),
  };
}

/** What `/proc` says of a process that is gone, and of one that ends while it is read. */
const goneCodes: readonly string[] = ['ENOENT', 'ESRCH'];

/** Counts threads, or open files, of processes together; one that is gone has none. 0 elsewhere than on Linux. */
export function countOf(processIds: readonly number[], what: 'task' | 'fd'): number {
  if (process.platform !== 'linux') return 0;
  return processIds.reduce((sum, id) => sum + entriesIn(`/proc/${id}/${what}`), 0);
}

function entriesIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch (error) {
    // A pool process that a hostile job cost may end after the pool named it, and then it holds nothing any more.
    if (goneCodes.includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}
