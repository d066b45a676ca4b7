import { UsageError } from '../flags.ts';

/** What is used of the scripts that fetch the pinned tools. */
interface Toolchain {
  readonly nodeVersions: readonly string[];
  readonly nodePath: (version: string) => Promise<string>;
  readonly environment: (...files: readonly string[]) => NodeJS.ProcessEnv;
  readonly run: (
    file: string,
    args: readonly string[],
    options: object,
  ) => Promise<{ readonly code: number }>;
}

const toolchainUrl = new URL('../../../../scripts/toolchain.mjs', import.meta.url).href;

/** Gives the pinned version that is meant by `26` or by a whole version. @throws UsageError */
export async function pinnedNode(asked: string): Promise<string> {
  const { nodeVersions } = await loadToolchain();
  const version = nodeVersions.find((one) => one === asked || one.split('.')[0] === asked);
  if (version !== undefined) return version;
  const known = nodeVersions.map((one) => one.split('.')[0]).join(', ');
  throw new UsageError(`--node: expected one of ${known}, got ${JSON.stringify(asked)}`);
}

/** Runs this very program on another Node.js, which is fetched the first time, and gives its exit code. */
export async function runOnNode(version: string, program: readonly string[]): Promise<number> {
  const { nodePath, environment, run } = await loadToolchain();
  const node = await nodePath(version);
  const { code } = await run(node, program, {
    cwd: process.cwd(),
    env: environment(node),
    // The channel is how it learns that this process has gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  return code;
}

/** Ends this process when the one that started it by `runOnNode` is gone. */
export function endWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}

async function loadToolchain(): Promise<Toolchain> {
  return (await import(toolchainUrl)) as Toolchain;
}
