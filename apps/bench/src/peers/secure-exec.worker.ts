import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { workerData } from 'node:worker_threads';
import { createNodeDriver, createNodeRuntimeDriverFactory, NodeRuntime } from 'secure-exec';
import { createLeash } from './leash.ts';
import { type Resident, startResident } from './secure-exec-resident.ts';

const owned = new AsyncDisposableStack();
const leash = owned.use(createLeash());

// It starts processes and shows none of them: the one with the isolates, and that of its bundler, which it never ends.
const children = new Set<ChildProcess>();
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  children.add(child);
  child.once('spawn', () => {
    if (child.pid !== undefined) leash.hold(child.pid);
  });
});

owned.defer(endChildren);

const runtime = owned.adopt(
  new NodeRuntime({
    systemDriver: createNodeDriver(),
    runtimeDriverFactory: createNodeRuntimeDriverFactory(),
    memoryLimit: 128,
    cpuTimeLimitMs: 1_000,
  }),
  (one) => one.terminate(),
);
const threads = workerData as number;
let residents: Promise<readonly Resident[]> | undefined;
let callCount = 0;

/** Calls the function of a guest that stays. */
export async function warm(input: unknown): Promise<unknown> {
  const start = async (): Promise<Resident> => owned.use(await startResident());
  residents ??= Promise.all(Array.from({ length: threads }, start));
  const all = await residents;
  return all[callCount++ % all.length]?.call(input);
}

/** Runs a module in an isolate that is made for it, the only way its runtime has. */
export async function fresh(input: unknown): Promise<unknown> {
  const source = `export default (input => input)(${JSON.stringify(input)})`;
  const { exports, errorMessage } = await runtime.run<{ default: unknown }>(source);
  if (errorMessage !== undefined) throw new Error(errorMessage);
  return exports?.default;
}

/** Ends all that was started. */
export async function close(): Promise<void> {
  // What they write now is that their other end has gone.
  for (const child of children) child.stderr?.unpipe(process.stderr).resume();
  await owned.disposeAsync();
}

async function endChildren(): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
