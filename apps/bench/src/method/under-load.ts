import type { Lane } from '../lanes/lane.ts';
import type { Series } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import { answered } from './closed-measures.ts';
import { Latencies } from './latencies.ts';
import { openLoop } from './open-loop.ts';

const minCallCount = 5;

/** Latencies of lanes at a rate that does not wait for them, of each lane over all its rounds. */
export class UnderLoad {
  readonly #bench: Pick<Bench, 'book' | 'seed'>;
  readonly #load: { readonly perSecond: number; readonly seconds: number };
  readonly #all = new Map<Lane, Latencies>();

  constructor(
    bench: Pick<Bench, 'book' | 'seed'>,
    load: { readonly perSecond: number; readonly seconds: number },
  ) {
    this.#bench = bench;
    // A slow lane gets the time for some calls.
    this.#load = { ...load, seconds: Math.max(load.seconds, minCallCount / load.perSecond) };
  }

  /** Gives the median latency of one load in ms. Loads of the same round have their calls at the same moments. */
  async p50(lane: Lane, round: number): Promise<number> {
    const { book, seed } = this.#bench;
    const load = { ...this.#load, seed: seed + round, from: book.next };
    const latencies = answered(lane, book.take(await openLoop(lane, load)));
    const all = this.#all.get(lane) ?? new Latencies();
    all.addAll(latencies);
    this.#all.set(lane, all);
    return latencies.percentile(50);
  }

  /** Gives the latency of a lane by percentile, as a line of a chart. */
  seriesOf(lane: Lane): Series {
    return { name: lane.name, points: this.#all.get(lane)?.percentiles() ?? [] };
  }
}
