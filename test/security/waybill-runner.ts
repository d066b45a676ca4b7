import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  createOrchestrator,
  type Deployment,
  type JobSpec,
  type Orchestrator,
  type OrchestratorOptions,
  type Outcome,
} from '@waybill/orchestrator';
import { inspect } from 'node:util';
import { tenant, token } from '../support/variables.ts';
import { canaryData, canaryTenants, startCanaries } from './canaries.ts';
import { makeHostFunctions } from './host-functions.ts';
import { judge, type Observation, type Runner, type Verdict } from './oracle.ts';
import { type HostileProgram, smallLimits } from './program.ts';
import { differences, type RealmPrint, realmPrint } from './realm-print.ts';

const secret = 'sesame-4711';
const mostLagMs = 1_000;
const mostGrowthBytes = 512 * 2 ** 20;

/** Runs hostile programs in Waybill, beside jobs of other tenants. */
export class WaybillRunner implements Runner, AsyncDisposable {
  readonly #waybill: Orchestrator;
  readonly #settledCounts: Map<string, number> = new Map();
  readonly #processIds: Set<number> = new Set();
  readonly #lag = monitorEventLoopDelay({ resolution: 10 });
  #freshPrint: RealmPrint | undefined;
  #programCount = 0;

  private constructor(waybill: Orchestrator) {
    this.#waybill = waybill;
    waybill.on('job:settled', ({ jobId }) => {
      this.#settledCounts.set(jobId, (this.#settledCounts.get(jobId) ?? 0) + 1);
    });
    waybill.on('job:started', ({ processId }) => this.#processIds.add(processId));
    waybill.on('process:started', ({ processId }) => this.#processIds.add(processId));
    this.#lag.enable();
  }

  /** Starts an orchestrator for the programs of one family; whoever opens the runner closes it. */
  static async open(options: OrchestratorOptions = {}): Promise<WaybillRunner> {
    const waybill = await createOrchestrator({
      threads: 2,
      limits: { wallMs: 5_000 },
      hostFunctions: makeHostFunctions(() => tenant.get()),
      workerHostFunctions: new URL('./away.fixture.ts', import.meta.url),
      ...options,
    });
    const runner = new WaybillRunner(waybill);
    runner.#freshPrint = await runner.#printRealm('nobody');
    return runner;
  }

  /** Processes that ran any job, or stood by. */
  get processIds(): ReadonlySet<number> {
    return this.#processIds;
  }

  /** Jobs that did not settle exactly once. */
  get miscounted(): string[] {
    return [...this.#settledCounts].filter(([, count]) => count !== 1).map(([id]) => id);
  }

  async run(program: HostileProgram): Promise<Verdict> {
    const owner = `hostile-${++this.#programCount}`;
    const rssBytes = process.memoryUsage.rss();
    this.#lag.reset();
    const canaries = startCanaries(this.#waybill);
    const { outcome, tookMs } = await this.#attack(program, owner);
    const lagMs = this.#lag.max / 1e6;
    const grownBytes = process.memoryUsage.rss() - rssBytes;
    const [beside, next] = await Promise.all([canaries.stop(), this.#nextJob(owner)]);
    const harm = [...beside.harm, ...next];
    if (lagMs > mostLagMs) harm.push(`the event loop was away for ${Math.round(lagMs)} ms`);
    if (grownBytes > mostGrowthBytes) harm.push(`it cost the submitter ${grownBytes} bytes`);
    return judge(program, {
      tookMs,
      deadlineMs: program.limits?.wallMs ?? smallLimits.wallMs,
      ended: endOf(outcome),
      settledCount: this.#settledCounts.get(outcome.jobId) ?? 0,
      leaked: leaksIn(outcome),
      harm,
      besideMs: beside.longestMs,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lag.disable();
    await this.#waybill.close();
  }

  async #attack(
    program: HostileProgram,
    owner: string,
  ): Promise<{ outcome: Outcome; tookMs: number }> {
    const { source, modules, input, victim } = program;
    const limits = { ...smallLimits, ...program.limits };
    if (victim === undefined) {
      return this.#timed({ tenant: owner, source, modules, input, limits });
    }
    await using deployed = await this.#waybill.deploy({ name: 'f', tenant: owner, source, limits });
    const robbed = this.#startVictim(deployed);
    if (victim === 'settled') await robbed.settled;
    else await robbed.kept;
    const attacked = await this.#timed({ tenant: owner, function: 'f', input });
    robbed.cancel();
    await robbed.settled;
    return attacked;
  }

  // Runs until it has given its callback to the host, and then settles or waits for a cancel.
  #startVictim(deployed: Deployment): {
    readonly kept: Promise<void>;
    readonly settled: Promise<unknown>;
    readonly cancel: () => void;
  } {
    const kept = Promise.withResolvers<void>();
    const stopListening = this.#waybill.on('host:called', ({ name }) => {
      if (name === 'keep') kept.resolve();
    });
    const cancelling = new AbortController();
    const { signal } = cancelling;
    const settled = tenant
      .run('victim', () => deployed.run('victim', { signal }))
      .finally(stopListening);
    return { kept: kept.promise, settled, cancel: () => cancelling.abort() };
  }

  async #timed(job: JobSpec): Promise<{ outcome: Outcome; tookMs: number }> {
    const startMs = performance.now();
    const outcome = await tenant.run('hostile', () =>
      token.run(secret, () => this.#waybill.run(job)),
    );
    return { outcome, tookMs: performance.now() - startMs };
  }

  async #nextJob(owner: string): Promise<string[]> {
    try {
      const print = await this.#printRealm(owner);
      return this.#freshPrint === undefined ? [] : differences(print, this.#freshPrint);
    } catch (error) {
      return [`the next job of its tenant failed: ${String(error)}`];
    }
  }

  async #printRealm(owner: string): Promise<RealmPrint> {
    const job = { tenant: owner, source: realmPrint, rerunnable: true };
    const outcome = await tenant.run(owner, () => this.#waybill.run<RealmPrint>(job));
    if (!outcome.ok) throw outcome.error;
    const { who } = outcome.value;
    if (who.some((each) => each !== owner)) throw new Error(`it ran as ${who.join()}`);
    return outcome.value;
  }
}

function endOf(outcome: Outcome): NonNullable<Observation['ended']> {
  if (outcome.ok) return { value: outcome.value };
  const { code, message } = outcome.error;
  return { code, message };
}

function leaksIn(outcome: Outcome): string[] {
  const said = inspect(outcome, { depth: 10, maxArrayLength: 1_000, maxStringLength: 100_000 });
  return [secret, ...canaryTenants.map(canaryData)].filter((text) => said.includes(text));
}
