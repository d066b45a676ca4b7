import { createOrchestrator, type Orchestrator } from '@waybill/orchestrator';
import { callChecked, type Lane } from '../lanes/lane.ts';
import { runHostile } from '../neighbours/hostile.ts';
import { tameKinds } from '../neighbours/hostile-jobs.ts';
import { deployLanes, hostFunctions, tenantLane } from '../neighbours/tenant-lane.ts';
import type { Bench } from '../scenario.ts';
import { type Sample, takeSample } from './sample.ts';

/** What runs. */
export interface SoakPlan {
  readonly jobCount: number;
  /** Whether each job brings its source, instead of being one of a deployed function. */
  readonly isFresh: boolean;
  /** Whether every hundredth job is hostile, and now and then one costs its process. */
  readonly isHostile: boolean;
  readonly engine: 'isolate' | 'realm';
}

/** Jobs under way at any moment. */
const concurrentCount = 64;

/** Enough to tell a slope from noise, few enough for the pauses that they make not to count. */
const sampleCount = 24;

const names = ['acme', 'bolt', 'cube', 'dune'];

const hostileEvery = 100;
const wedgingEvery = 20_000;
const hostileWallMs = 1_500;

/** Runs many jobs, and takes a sample each time a part of them has settled and nothing is under way. */
export async function soak(bench: Bench, plan: SoakPlan): Promise<readonly Sample[]> {
  const { jobCount, isFresh, engine } = plan;
  await using waybill = await createOrchestrator({ threads: 2, hostFunctions, engine });
  const lanes = isFresh
    ? names.map((name) => tenantLane(waybill, name))
    : await deployLanes(waybill, names);
  const samples: Sample[] = [];
  const jobs = new SoakJobs(waybill, lanes, plan);
  const stepCount = Math.ceil(jobCount / sampleCount);
  const startMs = performance.now();
  while (jobs.startedCount < jobCount) {
    bench.signal.throwIfAborted();
    bench.progress(jobs.startedCount / jobCount, `${jobs.startedCount} of ${jobCount} jobs`);
    await jobs.runUntil(bench, Math.min(jobCount, jobs.startedCount + stepCount));
    const atSeconds = (performance.now() - startMs) / 1_000;
    samples.push(await takeSample(waybill, { jobCount: jobs.startedCount, atSeconds }));
  }
  return samples;
}

class SoakJobs {
  startedCount = 0;
  readonly #waybill: Orchestrator;
  readonly #lanes: readonly Lane[];
  readonly #isHostile: boolean;

  constructor(waybill: Orchestrator, lanes: readonly Lane[], { isHostile }: SoakPlan) {
    this.#waybill = waybill;
    this.#lanes = lanes;
    this.#isHostile = isHostile;
  }

  async runUntil({ book }: Bench, untilCount: number): Promise<void> {
    const caller = async (): Promise<void> => {
      while (this.startedCount < untilCount) {
        const number = this.startedCount++;
        book.count();
        try {
          await this.#run(number);
        } catch (error) {
          book.fail(error);
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentCount }, caller));
  }

  async #run(number: number): Promise<void> {
    if (this.#isHostile && number % hostileEvery === 0) return this.#runHostile(number);
    const lane = this.#lanes[number % this.#lanes.length];
    if (lane) await callChecked(lane, number);
  }

  async #runHostile(number: number): Promise<void> {
    const isWedging = number % wedgingEvery === wedgingEvery / 2;
    const turn = (number / hostileEvery) % tameKinds.length;
    const kind = isWedging ? 'wedges' : (tameKinds[turn] ?? 'loops');
    await runHostile(this.#waybill, kind, { number, wallMs: hostileWallMs });
  }
}
