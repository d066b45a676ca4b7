// What the process of a scenario runs. It leads a process group of its own, with whatever it starts.
import { availableParallelism } from 'node:os';
import { CallBook } from '../method/call-book.ts';
import type { Scenario } from '../scenario.ts';
import { endGroup } from './end-group.ts';
import type { DownMessage, StartMessage, UpMessage } from './messages.ts';

const end = new AbortController();

/** Resolves when it is on its way. */
function tell(message: UpMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => resolve());
  });
}

async function findScenario({ scenariosUrl, scenario }: StartMessage): Promise<Scenario> {
  const { scenarios } = (await import(scenariosUrl)) as { scenarios: readonly Scenario[] };
  const found = scenarios.find(({ name }) => name === scenario);
  if (found === undefined) throw new Error(`there is no scenario ${scenario}`);
  return found;
}

async function run(start: StartMessage, book: CallBook): Promise<UpMessage> {
  const { seed, isQuick, hasPeers } = start;
  const scenario = await findScenario(start);
  const cores = availableParallelism();
  const startMs = performance.now();
  const numbers = await scenario.run({
    seed,
    isQuick,
    hasPeers,
    cores,
    threads: Math.max(1, cores - 1),
    book,
    progress: (share, doing) => void tell({ kind: 'progress', share, doing }),
    signal: end.signal,
  });
  const seconds = (performance.now() - startMs) / 1_000;
  const result = { scenario: scenario.name, seconds, ...numbers, checks: book.checks() };
  return { kind: 'result', result };
}

async function answer(start: StartMessage): Promise<void> {
  const book = new CallBook();
  const message = await run(start, book).catch((error: unknown): UpMessage => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // Numbers are lost, what was wrong before is not.
    return { kind: 'failed', reason, checks: book.checks() };
  });
  await tell(message);
  // From here on nothing of the benchmark keeps this process: if it does not end, the scenario left something open.
  process.channel?.unref();
}

// Whoever would read the numbers is gone.
process.on('disconnect', () => endGroup(process.pid));
process.on('message', (message: DownMessage) => {
  if (message.kind === 'start') void answer(message);
  else end.abort();
});
if (!process.connected) endGroup(process.pid);
