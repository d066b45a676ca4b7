import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ContextSnapshot, ContextVariable } from '@waybill/context';
import { leakCheck, runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openTestEmbedded, testFolder } from './database.fixture.ts';
import { EmbeddedStream } from './embedded-stream.ts';
import { startEmbeddedWorker } from './embedded-worker.ts';
import { lockFolder } from './folder-lock.ts';
import { makeEmbedded, openEmbedded } from './open-embedded.ts';

const moduleUrl = JSON.stringify(new URL('./open-embedded.ts', import.meta.url));

test(
  'what was acknowledged is there after a SIGKILL, cycle after cycle',
  { timeout: 60_000 },
  async () => {
    await using made = await testFolder();
    const code = `
    import { openEmbedded } from ${moduleUrl};
    const database = await openEmbedded({ folder: process.argv[1] });
    await database.script('CREATE TABLE IF NOT EXISTS kept (id serial, pad text)');
    for (;;) {
      const [row] = await database.query('INSERT INTO kept (pad) VALUES ($1) RETURNING id', ['x'.repeat(2_000)]);
      process.stdout.write(row.id + '\\n');
    }`;
    const acknowledged: number[] = [];
    for (let cycle = 1; cycle <= 3; cycle++) {
      const child = spawn(
        process.execPath,
        ['--input-type=module-typescript', '--eval', code, '--', made.folder],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      for await (const line of createInterface(child.stdout)) {
        acknowledged.push(Number(line));
        if (acknowledged.length === 150 * cycle) child.kill('SIGKILL');
      }
    }
    await using database = await openEmbedded({ folder: made.folder });
    const rows = await database.query<{ id: number }>('SELECT id FROM kept');
    const kept = new Set(rows.map(({ id }) => id));
    expect(acknowledged.length).toBeGreaterThanOrEqual(450);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  },
);

test(
  'a first start that did not come to its end is begun anew by the next',
  { timeout: 60_000 },
  async () => {
    await using made = await emptyFolder();
    await writeFile(join(made.folder, 'unfinished'), '');
    await mkdir(join(made.folder, 'data'));
    await writeFile(join(made.folder, 'data', 'PG_VERSION'), '18\n');
    await using database = await openEmbedded(made);
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(await readdir(made.folder)).not.toContain('unfinished');
  },
);

test('a folder that is open is refused here and elsewhere, with the process that has it, and is free when closed', async () => {
  await using made = await testFolder();
  const { folder } = made;
  const code = `
    import { openEmbedded } from ${moduleUrl};
    await openEmbedded({ folder: process.argv[1] }).catch(({ code, details }) => {
      console.log(JSON.stringify({ code, pid: details.pid }));
    });`;
  {
    await using _database = await openEmbedded({ folder });
    const refusal = { code: 'ERR_WAYBILL_DATABASE_LOCKED', details: { folder, pid: process.pid } };
    await expect(openEmbedded({ folder })).rejects.toMatchObject(refusal);
    const { stdout } = await runNode({ code }, { args: [folder] });
    expect(JSON.parse(stdout)).toEqual({ code: refusal.code, pid: process.pid });
  }
  await using _again = await openEmbedded({ folder });
});

test('what is no database, and what is no folder, is refused with a reason', async () => {
  await using made = await emptyFolder();
  await mkdir(join(made.folder, 'data'));
  await writeFile(join(made.folder, 'data', 'PG_VERSION'), '9.6\n');
  const unavailable = { code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' };
  await expect(openEmbedded(made)).rejects.toMatchObject(unavailable);
  // The refusal gave the folder back.
  await expect(openEmbedded(made)).rejects.toThrow('The embedded database cannot be opened');
  const file = join(made.folder, 'data', 'PG_VERSION');
  await expect(openEmbedded({ folder: file })).rejects.toMatchObject(unavailable);
});

test('a folder that could not be prepared is not kept locked', async () => {
  await using made = await testFolder();
  await rm(join(made.folder, 'data'), { recursive: true, force: true });
  await symlink(join(made.folder, 'not-there', 'file'), join(made.folder, 'unfinished'));
  const opened = (): Promise<unknown> => openEmbedded({ folder: made.folder });
  await expect(opened()).rejects.toMatchObject({ code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' });
  using _ = lockFolder(made.folder);
});

test('a database whose thread dies says so, rejects what waits for it, and can be opened again', async () => {
  await using made = await testFolder();
  const thread = await startEmbeddedWorker(made.folder, () => {});
  const database = makeEmbedded(thread, () => {});
  const waiting = [
    database.query('SELECT count(*) FROM generate_series(1, 100000000)'),
    database.query('SELECT 1'),
    database.transaction((transaction) => transaction.query('SELECT 1')),
  ].map((statement) =>
    expect(statement).rejects.toMatchObject({ code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' }),
  );
  await thread.worker.terminate();
  await Promise.all(waiting);
  expect(await database.ended).toMatchObject({ code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' });
  await database.close();
  await using _again = await openEmbedded({ folder: made.folder });
});

test('a transaction whose connection is given up half-way leaves nothing to the next', async () => {
  await using made = await testFolder();
  const thread = await startEmbeddedWorker(made.folder, () => {});
  const stream = new EmbeddedStream(thread.worker, 0);
  await using database = makeEmbedded(thread, () => {});
  await database.script('CREATE TABLE kept (id int)');
  await database.script('BEGIN; INSERT INTO kept VALUES (1)');
  const ended = once(stream, 'close');
  stream.destroy();
  await ended;
  await database.query('INSERT INTO kept VALUES (2)');
  expect(await database.query('SELECT id FROM kept')).toEqual([{ id: 2 }]);
});

test('an answer to a connection that was given up is nothing for its successor', async () => {
  await using made = await testFolder();
  const thread = await startEmbeddedWorker(made.folder, () => {});
  await using database = makeEmbedded(thread, () => {});
  await database.script('SELECT 1');
  const given = new EmbeddedStream(thread.worker, -1);
  const ended = once(given, 'close');
  // A statement of its own, and then its end, before the thread has come to either.
  given.write(queryMessage('SELECT 3 AS n'));
  given.destroy();
  expect(await database.query('SELECT 2 AS n')).toEqual([{ n: 2 }]);
  await ended;
});

/** What the driver writes for a simple query: https://www.postgresql.org/docs/current/protocol-message-formats.html */
function queryMessage(statement: string): Buffer {
  const text = Buffer.from(`${statement}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + text.length);
  return Buffer.concat([Buffer.from('Q'), length, text]);
}

test('nothing is left of a database that was closed', async () => {
  await using made = await testFolder();
  await using _leaks = leakCheck();
  await using database = await openEmbedded({ folder: made.folder });
  await database.listen(
    'any',
    () => {},
    () => {},
  );
  await database.transaction((transaction) => transaction.query('SELECT 1'));
});

test('a listener is called in no context of whoever asked first', async () => {
  const tenant = new ContextVariable<string>({ name: 'tenant' });
  await using made = await openTestEmbedded();
  const heard: unknown[] = [];
  await tenant.run('acme', async () => {
    await made.database.listen(
      'any',
      () => heard.push(tenant.get()),
      () => {},
    );
    await made.database.query("SELECT pg_notify('any', '')");
  });
  expect(heard).toEqual([ContextSnapshot.root.run(() => tenant.get())]);
});

async function emptyFolder(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-embedded-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
