import { execFile } from 'node:child_process';
import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { leakCheck, until } from '@waybill/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callChecked, type Lane } from '../lanes/lane.ts';
import { allPeers, openPeers } from './open-peers.ts';
import type { Peer } from './peer.ts';

const run = promisify(execFile);

/** What this process has started and what has not ended. */
async function childrenOfOurs(): Promise<string[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'ppid=,args=']);
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return lines
    .filter(([ppid, program]) => Number(ppid) === process.pid && program !== 'ps')
    .map(([, ...args]) => args.join(' '));
}

/** Makes calls, as many at once as a thread is given. */
async function callMany(lane: Lane, count: number): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) await callChecked(lane, next++);
  };
  await Promise.all(Array.from({ length: 8 }, caller));
}

const open = { threads: 1, hasPeers: true, isQuick: false };

const ways = allPeers.flatMap((peer) => [
  { peer, how: 'warm' as const, callCount: 100 },
  // Isolates that are made in a process beside this one take their time.
  { peer, how: 'fresh' as const, callCount: peer.name === 'secure-exec' ? 20 : 100 },
]);

describe.each(ways)('$peer.name, $how', ({ peer, how, callCount }) => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('answers each call with its input and leaves nothing behind', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'waybill-peers-'));
    vi.stubEnv('TMPDIR', folder.path);
    const before = await childrenOfOurs();
    {
      await using _leaks = leakCheck();
      await using peers = await openPeers(open, how, { peers: [peer] });
      expect(peers.omitted).toEqual([]);
      for (const lane of peers.lanes) await callMany(lane, callCount);
    }
    let after: string[] = [];
    await until(async () => (after = await childrenOfOurs()).length === before.length, {
      describe: () => after.join('\n'),
    });
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('peers that cannot be measured', () => {
  const answering = (call: () => Promise<void>, dispose = async () => {}): Peer => ({
    name: 'some peer',
    needs: 'some-package',
    open: async () => ({
      name: 'some peer',
      call,
      check: () => {},
      [Symbol.asyncDispose]: dispose,
    }),
  });
  const find = (): string => 'file:///found.js';

  it('are named with the package that is absent', async () => {
    const peers = await openPeers(open, 'warm', {
      find(name) {
        throw new Error(`Cannot find ${name}`);
      },
    });
    expect(peers.lanes).toEqual([]);
    expect(peers.omitted).toHaveLength(allPeers.length);
    expect(peers.omitted).toContain('workerd over HTTP: the package workerd is not installed');
  });

  it('are named with what they complain of when they do not answer, and are ended', async () => {
    const dispose = vi.fn(async () => undefined);
    const silent = answering(() => Promise.reject(new Error('no such engine\nat all')), dispose);
    const peers = await openPeers(open, 'warm', { peers: [silent], find });
    expect(peers.lanes).toEqual([]);
    expect(peers.omitted).toEqual(['some peer: no such engine']);
    expect(dispose).toHaveBeenCalledOnce();
  });

  it('are not opened for a look, which a line says', async () => {
    const peers = await openPeers({ ...open, isQuick: true }, 'warm');
    expect(peers).toMatchObject({ lanes: [], omitted: ['other systems: only in a full run'] });
  });

  it('do not keep the others from being measured', async () => {
    const broken: Peer = {
      ...answering(async () => undefined),
      open: () => Promise.reject(new Error('no')),
    };
    const peers = await openPeers(open, 'warm', {
      peers: [broken, answering(async () => undefined)],
      find,
    });
    expect(peers.lanes).toHaveLength(1);
    expect(peers.omitted).toEqual(['some peer: no']);
  });

  it('are neither opened nor named in a run without peers', async () => {
    const peers = await openPeers({ threads: 1, hasPeers: false, isQuick: false }, 'warm');
    expect(peers).toMatchObject({ lanes: [], omitted: [] });
  });
});
