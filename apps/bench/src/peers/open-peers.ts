import { callChecked, type Lane } from '../lanes/lane.ts';
import type { Bench } from '../scenario.ts';
import { mainThreadIsolate } from './main-thread-isolate.ts';
import { nodeVm } from './node-vm.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { quickjs } from './quickjs.ts';
import { secureExec } from './secure-exec.ts';
import { tinypool } from './tinypool.ts';
import { workerd } from './workerd.ts';

/** All that the bench knows, in the order of the report. */
export const allPeers: readonly Peer[] = [
  mainThreadIsolate,
  tinypool,
  nodeVm,
  quickjs,
  secureExec,
  workerd,
];

/** The peers that there are here. */
export interface Peers extends AsyncDisposable {
  readonly lanes: readonly Lane[];
  /** A line for each that is not, with the reason. */
  readonly omitted: readonly string[];
}

/** Where peers come from. */
export interface PeerSource {
  /** Default: all that the bench knows. */
  readonly peers?: readonly Peer[];
  /** Finds a package or throws. Default: as an import finds it. */
  readonly find?: (packageName: string) => unknown;
}

/**
 * Opens each peer that is installed and that starts: it has then answered one call. None at all, and no line, when the run is without
 * peers; none and a line in a quick one, because some take a second to start. The caller disposes them.
 */
export async function openPeers(
  { threads, hasPeers, isQuick }: Pick<Bench, 'threads' | 'hasPeers' | 'isQuick'>,
  how: PeerOptions['how'],
  { peers = allPeers, find = (name) => import.meta.resolve(name) }: PeerSource = {},
): Promise<Peers> {
  const lanes: Lane[] = [];
  const omitted: string[] = [];
  if (hasPeers && isQuick) omitted.push('other systems: only in a full run');
  for (const peer of hasPeers && !isQuick ? peers : []) {
    try {
      assertInstalled(peer.needs, find);
      lanes.push(await openAnswering(peer, { how, threads }));
    } catch (error) {
      omitted.push(`${peer.name}: ${firstLineOf(error)}`);
    }
  }
  return {
    lanes,
    omitted,
    async [Symbol.asyncDispose]() {
      await using stack = new AsyncDisposableStack();
      for (const lane of lanes) stack.use(lane);
    },
  };
}

function assertInstalled(packageName: string, find: (packageName: string) => unknown): void {
  try {
    find(packageName);
  } catch (cause) {
    throw new Error(`the package ${packageName} is not installed`, { cause });
  }
}

async function openAnswering(peer: Peer, options: PeerOptions): Promise<Lane> {
  await using stack = new AsyncDisposableStack();
  const lane = stack.use(await peer.open(options));
  await callChecked(lane, 0);
  stack.move();
  return lane;
}

function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
