import { heapAfterGc } from '@waybill/testkit';

/** Resident memory of this process, in bytes, after a collection in this thread. */
function residentBytes(): number {
  heapAfterGc();
  return process.memoryUsage.rss();
}

/**
 * Makes a few of what costs memory, and then those that count, and prints by how many bytes of resident memory each of these made
 * the process grow. How many there are of both says the command line.
 */
export async function printGrowth(make: (number: number) => Promise<unknown>): Promise<void> {
  const [firstCount = 0, count = 1] = process.argv.slice(2).map(Number);
  let number = 0;
  while (number < firstCount) await make(number++);
  const beforeBytes = residentBytes();
  while (number < firstCount + count) await make(number++);
  console.log((residentBytes() - beforeBytes) / count);
}
