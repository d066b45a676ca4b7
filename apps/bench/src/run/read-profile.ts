import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Flame, FlameFrame } from '../report/result.ts';

/** Frames below this share of their thread are shown as one. */
const smallShare = 0.005;

/** What is used of a `.cpuprofile`. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** In microseconds, each since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

/** A frame while samples are added up. */
interface Sum {
  selfMs: number;
  readonly children: Map<string, Sum>;
}

/** Makes a flame of each kind of thread that left its profile in a folder, the busiest first; threads of one kind are added up. */
export async function readProfiles(folder: string): Promise<readonly Flame[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A process that was killed wrote nothing.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const kinds = new Map<string, { readonly root: Sum; threadCount: number }>();
  for (const name of names.filter((one) => one.endsWith('.cpuprofile')).toSorted()) {
    const profile = JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile;
    const title = threadOf(name) === 0 ? 'main thread' : entryOf(profile);
    const kind = kinds.get(title) ?? { root: emptySum(), threadCount: 0 };
    kind.threadCount += 1;
    addProfile(kind.root, profile);
    kinds.set(title, kind);
  }
  const flames = [...kinds].map(([title, { root, threadCount }]): Flame => {
    const threads = threadCount === 1 ? '' : `, ${threadCount} threads together`;
    return { title: `scenario process: ${title}${threads}`, root: toFrame('all', root) };
  });
  return flames.toSorted((a, b) => b.root.totalMs - a.root.totalMs);
}

/** The thread that a profile is of: Node.js names it `CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile`. */
function threadOf(name: string): number {
  return Number(name.split('.')[4]);
}

/** The file that a thread runs, as far as the samples tell: of the own files nearest to the root, the one that took longest. */
function entryOf(profile: CpuProfile): string {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const msById = selfMsOf(profile);
  const childrenOf = ({ children = [] }: ProfileNode): readonly ProfileNode[] =>
    children.flatMap((id) => byId.get(id) ?? []);
  const msOf = (node: ProfileNode): number =>
    childrenOf(node).reduce((sum, child) => sum + msOf(child), msById.get(node.id) ?? 0);
  for (let level = profile.nodes.slice(0, 1); level.length > 0; level = level.flatMap(childrenOf)) {
    const own = level.filter(({ callFrame: { url } }) => isOwn(url));
    const [longest] = own.toSorted((one, other) => msOf(other) - msOf(one));
    if (longest !== undefined) return shortened(longest.callFrame.url);
  }
  return 'thread';
}

function isOwn(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/');
}

function addProfile(root: Sum, profile: CpuProfile): void {
  const { nodes } = profile;
  const msById = selfMsOf(profile);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const add = (into: Sum, { id, children = [] }: ProfileNode): void => {
    into.selfMs += msById.get(id) ?? 0;
    for (const child of children.flatMap((one) => byId.get(one) ?? [])) {
      const name = nameOf(child);
      // Nobody asks where time went while nothing ran.
      if (name === '(idle)') continue;
      const sum = into.children.get(name) ?? emptySum();
      into.children.set(name, sum);
      add(sum, child);
    }
  };
  const [top] = nodes;
  if (top !== undefined) add(root, top);
}

/** How long each node was at the top of the stack. */
function selfMsOf({ samples, timeDeltas }: CpuProfile): ReadonlyMap<number, number> {
  const msById = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    // A sample stands for the time until the next one.
    const ms = (timeDeltas[index + 1] ?? 0) / 1_000;
    msById.set(id, (msById.get(id) ?? 0) + ms);
  }
  return msById;
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${shortened(url)}:${lineNumber + 1}`;
}

/** A file as one knows it: `piscina/dist/worker.js`, `pool/src/pool.ts`, `node:events`. */
function shortened(url: string): string {
  return url.replace(/^file:.*\/(?:node_modules|packages|apps)\//, '').replace(/^file:.*\//, '');
}

function emptySum(): Sum {
  return { selfMs: 0, children: new Map() };
}

function toFrame(name: string, sum: Sum): FlameFrame {
  const smallMs = totalOf(sum) * smallShare;
  const frame = (own: string, { children, ...rest }: Sum): FlameFrame => {
    const frames = [...children].map(([child, one]) => ({ child, one, ms: totalOf(one) }));
    const large = frames.filter(({ ms }) => ms >= smallMs).toSorted((a, b) => b.ms - a.ms);
    const restMs = frames.filter(({ ms }) => ms < smallMs).reduce((all, { ms }) => all + ms, 0);
    return {
      name: own,
      totalMs: rounded(totalOf({ children, ...rest })),
      children: [
        ...large.map(({ child, one }) => frame(child, one)),
        ...(restMs >= smallMs && restMs > 0
          ? [{ name: '(many small ones)', totalMs: rounded(restMs), children: [] }]
          : []),
      ],
    };
  };
  return frame(name, sum);
}

function totalOf({ selfMs, children }: Sum): number {
  return [...children.values()].reduce((all, child) => all + totalOf(child), selfMs);
}

/** Down, so that children never have more than their parent. */
function rounded(ms: number): number {
  return Math.floor(ms * 100) / 100;
}
