import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the profiles of one run, with nothing else in it; disposing of it removes it. */
export interface ProfileFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a folder for profiles. @param keepIn - gets a copy of what is in it in the end */
export async function createProfileFolder(keepIn: string | undefined): Promise<ProfileFolder> {
  const path = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (keepIn !== undefined) await cp(path, keepIn, { recursive: true });
      await rm(path, { recursive: true, force: true });
    },
  };
}
