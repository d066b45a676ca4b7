import type { Job, Program } from '@waybill/protocol';

/** Jobs of a program that must have ended without a loss until the program is the last to be suspected. */
const enoughCount = 10;

/** Programs that came with their jobs and are remembered. */
const maxPrograms = 1_000;

/** Length of such a program, in characters, beyond which it is not worth the memory. */
const maxSourceChars = 4_096;

type Owned = Pick<Job, 'tenant' | 'program' | 'functionName'>;

/**
 * How programs have behaved so far. When a process is lost and nobody can tell which of the guests there ended it, those
 * with a good record run again at once, beside others; they lose their record, so that the benefit comes only once.
 */
export class TrackRecord {
  // A deployed function has one program for all its jobs.
  readonly #deployed: WeakMap<Program, number> = new WeakMap();
  // The one seen least recently first.
  readonly #brought: Map<string, number> = new Map();

  /** A job of the program ended, however, and its process lived. */
  add(job: Owned): void {
    const more = (count = 0): number => Math.min(enoughCount, count + 1);
    if (job.functionName !== undefined) {
      return void this.#deployed.set(job.program, more(this.#deployed.get(job.program)));
    }
    const key = keyOf(job);
    if (key === undefined) return;
    const count = more(this.#brought.get(key));
    this.#brought.delete(key);
    this.#brought.set(key, count);
    if (this.#brought.size <= maxPrograms) return;
    for (const oldest of this.#brought.keys()) return void this.#brought.delete(oldest);
  }

  isGood(job: Owned): boolean {
    return this.#countOf(job) >= enoughCount;
  }

  forget(job: Owned): void {
    this.#deployed.delete(job.program);
    const key = keyOf(job);
    if (key !== undefined) this.#brought.delete(key);
  }

  #countOf(job: Owned): number {
    if (job.functionName !== undefined) return this.#deployed.get(job.program) ?? 0;
    return this.#brought.get(keyOf(job) ?? '') ?? 0;
  }
}

function keyOf({ tenant, program }: Owned): string | undefined {
  const { source, sourceType, modules } = program;
  if (modules.length > 0 || source.length > maxSourceChars) return undefined;
  // No name of a tenant has a blank.
  return `${tenant} ${sourceType} ${source}`;
}
