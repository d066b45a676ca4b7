import { writeFileSync } from 'node:fs';
import { WrongAnswer } from '../lanes/lane.ts';
import type { Comparison, ScenarioNumbers } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import type { TargetName } from '../targets.ts';

/** The variable that names the file in which a scenario says which process it runs in. */
export const processFileVariable = 'WAYBILL_BENCH_PROCESS_FILE';

/** Numbers whose ratio is known, held to a target or not. */
function numbers(median: number, target?: TargetName): ScenarioNumbers {
  const comparison: Comparison = {
    what: 'latency p50 alone',
    unit: 'ms',
    ours: { name: 'ours', median },
    other: { name: 'the other', median: 1 },
    ratio: { median, low: median * 0.9, high: median * 1.1, roundCount: 6 },
    rounds: [{ ours: median, other: 1 }],
    loop: 'closed',
    ...(target && { target }),
  };
  return {
    comparisons: [comparison],
    findings: [],
    figures: [],
    omitted: ['a peer: not installed'],
  };
}

function scenario(
  name: string,
  run: (bench: Bench) => ScenarioNumbers | Promise<ScenarioNumbers>,
): Scenario {
  return {
    name,
    asks: `What becomes of a scenario that is ${name}?`,
    seconds: { full: 60, quick: 60 },
    run: async (bench) => run(bench),
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    // Something that keeps the process until then.
    setInterval(() => {}, 1_000);
  });
}

function tellProcess(): void {
  writeFileSync(process.env[processFileVariable] ?? '', String(process.pid));
}

/** What the tests of the command run in place of real scenarios. */
export const scenarios: readonly Scenario[] = [
  scenario('steady', (bench) => {
    const { book, seed } = bench;
    bench.progress(0.5, 'counting');
    book.count(1_000);
    const finding = { what: 'seed', unit: '', value: seed };
    return { ...numbers(1.0816, 'warmP50'), findings: [finding] };
  }),
  scenario('slow', ({ book }) => {
    book.count(10);
    return numbers(2, 'warmP50');
  }),
  scenario('wrong', ({ book }) => {
    book.count(10);
    book.fail(new WrongAnswer(1, 2));
    return numbers(1);
  }),
  scenario('failing', ({ book }) => {
    book.count(10);
    book.fail(new Error('no answer'));
    return numbers(1);
  }),
  scenario('throwing', ({ book }) => {
    book.count(10);
    book.fail(new WrongAnswer(1, 2));
    throw new Error('it cannot be measured');
  }),
  scenario('crashing', () => {
    process.stderr.write('\u001B[2Jlast \u001B[31mwords\u001B[39m\n', () =>
      process.kill(process.pid, 'SIGSEGV'),
    );
    return new Promise(() => {});
  }),
  { ...scenario('hanging', ({ signal }) => untilAborted(signal)), seconds: { full: 2, quick: 2 } },
  scenario('leaking', ({ book }) => {
    book.count(10);
    setInterval(() => {}, 1_000);
    return numbers(1);
  }),
  scenario('patient', ({ signal }) => {
    tellProcess();
    return untilAborted(signal);
  }),
  scenario('stubborn', () => {
    tellProcess();
    return untilAborted(new AbortController().signal);
  }),
  scenario('pooled', async ({ signal }) => {
    // Takes long to load, and no other scenario needs it.
    const { createOrchestrator } = await import('@waybill/orchestrator');
    await using waybill = await createOrchestrator({ threads: 1, containment: 'process' });
    // Whatever comes of it, a pool process ran it.
    await waybill.run({ source: 'export default () => 1' });
    tellProcess();
    return await untilAborted(signal);
  }),
  scenario('burning', ({ book }) => {
    book.count();
    burnForAWhile();
    return numbers(1);
  }),
  { ...scenario('extra', () => numbers(1)), isExtra: true },
];

function burnForAWhile(): void {
  const endMs = performance.now() + 200;
  while (performance.now() < endMs) Math.hypot(...Array.from({ length: 100 }, Math.random));
}
