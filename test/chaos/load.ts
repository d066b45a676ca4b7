import type { JobSpec, Orchestrator, OrchestratorOptions, Outcome } from '@waybill/orchestrator';
import { type SeededRandom, seededRandom } from '@waybill/testkit';
import { pause } from '../support/pause.ts';
import { tenant, trace } from '../support/variables.ts';
import { workerFunctions } from '../support/worker-functions.ts';

/** What a load needs of the orchestrator it runs on: host functions on both sides, and time enough to run jobs again. */
export const loadOptions: OrchestratorOptions = {
  threads: 2,
  hostFunctions: {
    'load.here': async (waitMs: number) => {
      const before = tenant.get();
      await pause(waitMs);
      return [before, tenant.get()];
    },
  },
  workerHostFunctions: workerFunctions,
  limits: { wallMs: 20_000, cpuMs: 5_000 },
};

/** What became of a load. */
export interface LoadReport {
  readonly jobCount: number;
  /** Jobs whose outcome was that what ran them was lost. */
  readonly lostCount: number;
  /** Jobs that were run again, and said nothing of it but in `attemptCount`. */
  readonly rerunCount: number;
  /** Values and contexts that were not what they must be, failures that must not be, jobs that settled twice or never. */
  readonly wrong: readonly string[];
}

const sources = {
  computes: `export default ({ label }, { context }) => {
    let sum = 0;
    for (let index = 0; index < 20_000; index++) sum += index;
    return [sum, label, context.get('tenant')];
  }`,
  waits: `export default async ({ label }, { context }) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return [label, context.get('tenant')];
  }`,
  calls: `export default async ({ label, waitMs }, { host, context }) =>
    [...(await host.load.here(waitMs)), label, context.get('tenant')]`,
  callsAway: `export default async ({ label, waitMs }, { host, context }) =>
    [...(await host.worker.tenant(waitMs)), label, context.get('tenant')]`,
} as const;

type Kind = keyof typeof sources;

const kinds = Object.keys(sources) as Kind[];

const sumOf20000 = 199_990_000;

/** Failures that say that what ran the job was lost: the machine's fault, and worth another try. */
const losses = new Set<string>([
  'ERR_WAYBILL_PROCESS_EXITED',
  'ERR_WAYBILL_WORKER_EXITED',
  'ERR_WAYBILL_ISOLATE_LOST',
]);

/** How often a job runs at most. */
const maxAttemptCount = 4;

interface LoadJob {
  readonly label: string;
  readonly kind: Kind;
  readonly spec: JobSpec;
}

/** What is wrong with an outcome; nothing, as a rule. */
function judge({ label, kind, spec }: LoadJob, outcome: Outcome): string | undefined {
  if (outcome.ok) {
    const first = kind === 'computes' ? [sumOf20000] : [];
    const seen = kind.startsWith('calls') ? [label, label] : [];
    const expected = JSON.stringify([...first, ...seen, label, label]);
    const got = JSON.stringify(outcome.value);
    return got === expected ? undefined : `${kind}: expected ${expected}, got ${got}`;
  }
  const { code, message, retryable } = outcome.error;
  // A job that calls nothing, or may run twice, is run again by itself, but not for ever.
  const isUsedUp = outcome.attemptCount === maxAttemptCount;
  const hasCalled = kind.startsWith('calls') && spec.rerunnable !== true;
  const isExcused = losses.has(code) && retryable && (hasCalled || isUsedUp);
  return isExcused ? undefined : `${kind} of ${label}: ${code} ${message}`;
}

/** Jobs of three tenants, as many at once as there are lanes, from its making until it is stopped. */
export class Load implements AsyncDisposable {
  readonly #waybill: Orchestrator;
  readonly #random: SeededRandom;
  readonly #wrong: string[] = [];
  readonly #settledCounts: Map<string, number> = new Map();
  readonly #lanes: Promise<void>[];
  readonly #unhear: () => void;
  #jobCount = 0;
  #lostCount = 0;
  #rerunCount = 0;
  #isOver = false;

  /** @param seed - the same one gives the same jobs */
  constructor(waybill: Orchestrator, seed: number, laneCount = 12) {
    this.#waybill = waybill;
    this.#random = seededRandom(seed);
    this.#unhear = waybill.on('job:settled', ({ jobId }) => {
      this.#settledCounts.set(jobId, (this.#settledCounts.get(jobId) ?? 0) + 1);
    });
    this.#lanes = Array.from({ length: laneCount }, () => this.#lane());
  }

  /** Lets the jobs under way settle, and tells what became of all. */
  async stop(): Promise<LoadReport> {
    await this[Symbol.asyncDispose]();
    for (let number = 0; number < this.#jobCount; number++) {
      const count = this.#settledCounts.get(this.#idOf(number)) ?? 0;
      if (count !== 1) this.#wrong.push(`job ${number} settled ${count} times`);
    }
    return {
      jobCount: this.#jobCount,
      lostCount: this.#lostCount,
      rerunCount: this.#rerunCount,
      wrong: this.#wrong,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
    this.#unhear();
  }

  async #lane(): Promise<void> {
    while (!this.#isOver) await this.#runOne(this.#makeJob());
  }

  #idOf(number: number): string {
    return `load-${this.#random.seed}-${number}`;
  }

  #makeJob(): LoadJob {
    const number = this.#jobCount++;
    const kind = this.#random.pick(kinds);
    const label = `label ${number}`;
    const spec = {
      id: this.#idOf(number),
      tenant: `tenant-${number % 3}`,
      source: sources[kind],
      input: { label, waitMs: this.#random.integer(20) },
      rerunnable: this.#random.integer(2) === 1,
    };
    return { label, kind, spec };
  }

  async #runOne(job: LoadJob): Promise<void> {
    const submit = (): Promise<Outcome> => this.#waybill.run(job.spec);
    const outcome = await tenant.run(job.label, () => trace.run(`trace of ${job.label}`, submit));
    const fault = judge(job, outcome);
    if (fault !== undefined) this.#wrong.push(fault);
    if (!outcome.ok) this.#lostCount += 1;
    if ((outcome.attemptCount ?? 1) > 1) this.#rerunCount += 1;
  }
}
