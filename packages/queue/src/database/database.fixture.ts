import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@waybill/testkit';
import type { Database } from './database.ts';
import { openEmbedded } from './open-embedded.ts';
import { openPostgres } from './open-postgres.ts';

/** A folder with an embedded database that was never used; disposal removes it. */
export interface TestFolder extends AsyncDisposable {
  readonly folder: string;
}

/** An embedded database in a folder of its own; disposal closes it and removes the folder. */
export interface TestDatabase extends TestFolder {
  readonly database: Database;
}

/** Gives a folder for `openEmbedded`: a copy, because to make one takes seconds. */
export async function testFolder(): Promise<TestFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-embedded-'));
  await cp(await template(), folder, { recursive: true });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Opens an embedded database of its own for a test. */
export async function openTestEmbedded(): Promise<TestDatabase> {
  const made = await testFolder();
  const database = await openEmbedded({ folder: made.folder });
  return {
    ...made,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

/** The folder that is copied: made once a machine, for each version of the supplier. */
async function template(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  // The folder that pnpm gives a package names its version.
  const version = /pglite@([^/\\]+)/.exec(entry)?.[1] ?? 'unknown';
  const parent = join(tmpdir(), 'waybill-embedded-templates');
  const folder = join(parent, version);
  if (existsSync(folder)) return folder;
  const own = join(parent, randomUUID());
  await mkdir(parent, { recursive: true });
  const database = await openEmbedded({ folder: own });
  await database.close();
  try {
    await rename(own, folder);
  } catch (error) {
    // Another process of the same test run was quicker.
    if (!existsSync(folder)) throw error;
    await rm(own, { recursive: true, force: true });
  }
  return folder;
}

/** Empty databases of one kind. */
export interface TestDatabases extends AsyncDisposable {
  /** Opens one more, which disposal closes. */
  open(): Promise<Database>;
}

/** Both kinds of database, for suites that run on each. */
export const databaseKinds = ['embedded', 'postgres'] as const;

/** Gives empty databases of a kind: those of `postgres` on a server of their own. */
export async function testDatabases(kind: Database['kind']): Promise<TestDatabases> {
  await using stack = new AsyncDisposableStack();
  const server = kind === 'postgres' ? stack.use(await startPostgres()) : undefined;
  const owned = stack.move();
  return {
    async open() {
      if (!server) return owned.use(await openTestEmbedded()).database;
      return owned.use(await openPostgres({ url: await server.createDatabase() }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
