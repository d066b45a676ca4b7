import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'waybill-lock-'));
});
afterAll(() => rm(parent, { recursive: true }));

// Prints whether it got the lock, and then lives until it is killed.
const program = `
  import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url))};
  try {
    globalThis.held = lockFolder(process.argv[1]);
    console.log('mine');
  } catch ({ code }) {
    console.log(code);
  }
  setInterval(() => {}, 60_000);`;

async function start(folder: string): Promise<{ said: string; kill: () => Promise<unknown> }> {
  const args = ['--input-type=module-typescript', '--eval', program, '--', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    said,
    kill: () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      return ended;
    },
  };
}

test('of several processes that want a folder at once exactly one gets it, and the next when that one was killed', async () => {
  const folder = join(parent, 'at-once');
  const all = await Promise.all([start(folder), start(folder), start(folder)]);
  expect(all.map(({ said }) => said).toSorted()).toEqual([
    'ERR_WAYBILL_DATABASE_LOCKED',
    'ERR_WAYBILL_DATABASE_LOCKED',
    'mine',
  ]);
  expect(() => lockFolder(folder)).toThrow('has the embedded database open');
  await Promise.all(all.map(({ kill }) => kill()));
  lockFolder(folder)[Symbol.dispose]();
});

test('what an earlier owner left is no lock, whoever has its process id now', async () => {
  const folder = join(parent, 'left');
  lockFolder(folder)[Symbol.dispose]();
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid: process.ppid }));
  using _lock = lockFolder(folder);
  expect(JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8'))).toEqual({
    pid: process.pid,
  });
});

test('the refusal has no process id where the owner has not written it yet', async () => {
  const folder = join(parent, 'early');
  using _lock = lockFolder(folder);
  await writeFile(join(folder, 'owner.json'), '{"pi');
  expect(() => lockFolder(folder)).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_DATABASE_LOCKED',
      details: { folder, pid: undefined },
    }),
  );
});

test('a folder that cannot be made is refused as unavailable', async () => {
  const file = join(parent, 'file');
  await writeFile(file, '');
  expect(() => lockFolder(join(file, 'below'))).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' }),
  );
});
