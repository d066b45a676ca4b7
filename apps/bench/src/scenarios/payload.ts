import { createOrchestrator } from '@waybill/orchestrator';
import { openBareIsolates } from '../lanes/bare-isolate.ts';
import { ourLane } from '../lanes/our-pool.ts';
import { type PayloadKind, payloadsOf } from '../lanes/payloads.ts';
import { byTurns } from '../method/by-turns.ts';
import { aloneP50 } from '../method/closed-measures.ts';
import { comparison, type Pair } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import type { Round } from '../method/ratio.ts';
import { warmUp } from '../method/warm-up.ts';
import type { Comparison, Figure, Series } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const kb = 1_000;
const mib = 2 ** 20;
const kinds: readonly PayloadKind[] = ['string', 'objects', 'Uint8Array'];

/** A guest that gives back payloads of many sizes and kinds, which were made ahead and are checked when the time was taken. */
export const payload: Scenario = {
  name: 'payload',
  asks: 'What does a large payload cost on its way to the guest and back?',
  seconds: { full: 38, quick: 2 },
  async run(bench) {
    await using bare = openBareIsolates({ how: 'warm', threads: 1, callsPerThread: 1 });
    await using waybill = await createOrchestrator({
      threads: 1,
      containment: 'thread',
      limits: {
        memoryBytes: 512 * mib,
        inputBytes: 64 * mib,
        resultBytes: 64 * mib,
        wallMs: 60_000,
        cpuMs: 60_000,
      },
    });
    await waybill.deploy({ name: 'echo', source: 'export default (input) => input' });
    const cases = kinds.flatMap((kind) => sizesOf(bench).map((bytes) => ({ kind, bytes })));
    const measured: Measured[] = [];
    for (const [index, { kind, bytes }] of cases.entries()) {
      const exchange = payloadsOf[kind](bytes);
      const ours = ourLane(waybill, {
        job: (number) => ({ function: 'echo', input: exchange.input(number) }),
        check: exchange.check,
      });
      const lanes = { ours, other: bare.laneOf(exchange) };
      const what = `${kind} of ${bytes / kb} KB`;
      const rounds = await measure(partOf(bench, index, cases.length), lanes, what);
      const shown = { what: `latency p50 alone, ${what}`, unit: 'ms', loop: 'closed' } as const;
      measured.push({ kind, bytes, compared: comparison(lanes, { ...shown, rounds }) });
    }
    return {
      comparisons: measured.map(({ compared }) => compared),
      findings: [],
      figures: [figureOf(measured)],
      omitted: bench.isQuick ? ['payloads of 10 KB and 10 MB: only in a full run'] : [],
    };
  },
};

interface Measured {
  readonly kind: PayloadKind;
  readonly bytes: number;
  readonly compared: Comparison;
}

function sizesOf({ isQuick }: Bench): readonly number[] {
  return isQuick ? [kb, 100 * kb, 1_000 * kb] : [kb, 10 * kb, 100 * kb, 1_000 * kb, 10_000 * kb];
}

async function measure(bench: Bench, lanes: Pair, what: string): Promise<readonly Round[]> {
  const { book, isQuick } = bench;
  const [roundCount, seconds] = isQuick ? [1, 0.03] : [3, 0.2];
  await warmUp(bench, lanes, (lane) => aloneP50(lane, book, seconds / 2));
  const turns = turnsOf(bench, roundCount, what);
  return byTurns(lanes, (lane) => aloneP50(lane, book, seconds), turns);
}

function figureOf(measured: readonly Measured[]): Figure {
  const lineOf = (kind: PayloadKind, side: 'ours' | 'other'): Series => ({
    name: `${side === 'ours' ? 'ours' : 'bare'}, ${kind}`,
    points: measured
      .filter((one) => one.kind === kind)
      .map(({ bytes, compared }) => [bytes / kb, compared[side].median]),
  });
  return {
    title: 'Latency of an echo by the size of what it carries',
    kind: 'lines',
    x: { label: 'KB', scale: 'log' },
    y: { label: 'ms', scale: 'log' },
    series: kinds.flatMap((kind) => [lineOf(kind, 'ours'), lineOf(kind, 'other')]),
  };
}
