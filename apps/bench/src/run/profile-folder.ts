import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../flags.ts';

/** A folder for the profiles of one run, with nothing else in it; disposing of it removes it. */
export interface ProfileFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a folder for profiles. @param keepIn - gets a copy of what is in it in the end. @throws UsageError */
export async function createProfileFolder(keepIn: string | undefined): Promise<ProfileFolder> {
  const path = await mkdtemp(join(tmpdir(), 'waybill-bench-')).catch((cause: Error) => {
    throw new UsageError(`--cpu-prof: ${cause.message}`, { cause });
  });
  return {
    path,
    async [Symbol.asyncDispose]() {
      // The numbers of the run are worth more than its profiles.
      const tell = (error: Error): void =>
        console.error(`bench: the profiles could not be kept: ${error.message}`);
      if (keepIn !== undefined) await cp(path, keepIn, { recursive: true }).catch(tell);
      await rm(path, { recursive: true, force: true });
    },
  };
}
