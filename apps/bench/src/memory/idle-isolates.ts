import { extname } from 'node:path';
import { runNode } from '@waybill/testkit';
import { byTurns, type Turns } from '../method/by-turns.ts';
import type { Round } from '../method/ratio.ts';

const suffix = `.child${extname(import.meta.url)}`;

const programs = {
  ours: new URL(`./our-isolates${suffix}`, import.meta.url),
  other: new URL(`./raw-isolates${suffix}`, import.meta.url),
} as const;

/**
 * Isolates that are there before the first reading. The first ones take memory that the process had got for its start: raw ones
 * seemed a third smaller than further ones are. And the heaps of the threads themselves grow until they have found their size:
 * with 20 this added 3 % to each of ours, and up to 12 % in one run of ten.
 */
const firstCount = 60;

/** How many isolates the resident memory is shared out among. */
export const idleCount = 40;

/**
 * Measures by turns what an isolate that is kept for its next call costs: in a process of its own each time, with one thread, how much
 * the resident memory of that process grows from some isolates to forty more, after a collection and when nothing runs. Each
 * was called once; ours have what they always have, the raw ones a context and a compiled function.
 *
 * @returns rounds in bytes for each isolate
 */
export async function measureIdleIsolates(turns: Turns): Promise<readonly Round[]> {
  const measure = async (file: URL): Promise<number> => {
    const args = [String(firstCount), String(idleCount)];
    const { code, stdout, stderr } = await runNode({ file }, { args });
    const bytes = Number(stdout);
    if (code !== 0 || !(bytes > 0)) {
      throw new Error(`expected bytes for each isolate, got ${JSON.stringify(stdout)}: ${stderr}`);
    }
    return bytes;
  };
  return byTurns(programs, measure, turns);
}
