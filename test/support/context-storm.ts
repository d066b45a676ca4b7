import type { HostFunction, Orchestrator, Outcome } from '@waybill/orchestrator';
import { seededRandom, type SeededRandom } from '@waybill/testkit';
import type { ContextWatch } from './context-watch.ts';
import { pause } from './pause.ts';

/** How big a storm is, and where its chance comes from. */
export interface StormShape {
  readonly seed: number;
  readonly tenantCount: number;
  /** Jobs of each tenant. */
  readonly jobCount: number;
  /** Host calls of each job. */
  readonly callCount: number;
  /** Whether the jobs share realms that are kept (a deployed function), or get fresh ones. */
  readonly warm: boolean;
}

type Call = readonly [kind: string, waitMs: number];

const callKinds = ['here', 'worker', 'here fails', 'worker fails', 'both'];
const endings = ['returns', 'returns', 'returns', 'throws', 'lets a failure through'];

/** Makes calls in a row and at once, and looks at its own context around each of them. */
const source = `
  export default async ({ label, calls, ending }, { host, context, log }) => {
    const wrong = [];
    let checkCount = 0;
    const look = (where, seen = context.get('tenant')) => {
      checkCount += 1;
      if (seen !== label) wrong.push('guest, ' + where + ': expected ' + label + ', saw ' + seen);
    };
    const visitWorker = async (waitMs, fails) => {
      for (const seen of await host.storm.away(label, waitMs, fails)) look('in the worker', seen);
    };
    const make = async ([kind, waitMs]) => {
      look('before ' + kind);
      try {
        if (kind === 'here') await host.storm.here(label, waitMs, false);
        if (kind === 'worker') await visitWorker(waitMs, false);
        if (kind === 'here fails') await host.storm.here(label, waitMs, true);
        if (kind === 'worker fails') await visitWorker(waitMs, true);
        if (kind === 'both') await Promise.all([host.storm.here(label, 0, false), visitWorker(waitMs, false)]);
        if (kind === 'nested') await host.storm.nest(label);
      } catch (error) {
        look('in catch');
        if (error.message !== 'asked for by ' + label) throw error;
      } finally {
        look('after ' + kind);
      }
    };
    const half = calls.length / 2;
    for (const call of calls.slice(0, half)) await make(call);
    log(label);
    await Promise.all(calls.slice(half).map(make));
    console.warn(label);
    if (wrong.length > 0 || ending === 'returns') return { wrong, checkCount };
    if (ending === 'throws') throw new Error('asked for by ' + label);
    await host.storm.here(label, 0, true);
  }`;

/** The host functions of a storm that run in the submitting thread. */
export function stormFunctions(
  watch: ContextWatch,
  orchestrator: () => Orchestrator,
): Record<string, HostFunction> {
  return {
    'storm.here': async (label: string, waitMs: number, fails: boolean) => {
      watch.here('host function, first', label);
      try {
        await pause(waitMs);
        watch.here('host function, after a timer', label);
        await Promise.all([pause(0), Promise.resolve()]);
        watch.here('host function, after several promises', label);
        if (fails) await Promise.reject(new Error(`asked for by ${label}`));
      } catch (error) {
        watch.here('host function, in catch', label);
        throw error;
      } finally {
        watch.here('host function, in finally', label);
        setImmediate(() => watch.here('host function, after it returned', label));
      }
    },
    'storm.nest': async (label: string) => {
      const nested = `${label}-nested`;
      await watch.enter(nested, () => stormJob({ waybill: orchestrator(), watch, label: nested }));
      watch.here('host function, after a nested job', label);
    },
  };
}

interface StormJob {
  readonly waybill: Orchestrator;
  readonly watch: ContextWatch;
  readonly label: string;
  readonly tenant?: string;
  readonly calls?: readonly Call[];
  readonly ending?: string;
  readonly warm?: boolean;
}

const nestedCalls: readonly Call[] = [
  ['here', 1],
  ['worker', 1],
];

/** Runs one job in the context that the caller has entered, and looks at everything that comes back. */
async function stormJob(job: StormJob): Promise<void> {
  const { waybill, watch, label, calls = nestedCalls, ending = 'returns', tenant = 'inner' } = job;
  const program = job.warm === true ? { function: 'storm' } : { source };
  let lineCount = 0;
  const onLog = ({ text }: { text: string }): void => {
    lineCount += 1;
    watch.here('log callback', text);
  };
  const input = { label, calls, ending };
  const outcome = await waybill.run({ ...program, id: label, tenant, input }, { onLog });
  watch.here('after run', label);
  watch.saw(`${label}: lines heard`, 2, lineCount);
  lookAtOutcome(watch, { label, ending, outcome });
}

function lookAtOutcome(
  watch: ContextWatch,
  { label, ending, outcome }: { label: string; ending: string; outcome: Outcome },
): void {
  watch.saw('job of the outcome', label, outcome.jobId);
  if (outcome.ok) {
    const { wrong, checkCount } = outcome.value as { wrong: string[]; checkCount: number };
    watch.saw(`${label}: ending`, 'returns', ending);
    watch.saw(`${label}: what the guest saw`, '', wrong.join('; '));
    watch.checkCount += checkCount;
    return;
  }
  const code = ending === 'throws' ? 'ERR_WAYBILL_GUEST_THREW' : 'ERR_WAYBILL_HOST_FUNCTION_THREW';
  watch.saw(`${label}: ${outcome.error.message}`, code, outcome.error.code);
  const names = outcome.error.message.includes(`asked for by ${label}`);
  watch.saw(`${label}: whose failure: ${outcome.error.message}`, true, names);
}

function chooseCalls(random: SeededRandom, callCount: number, nests: boolean): Call[] {
  return Array.from({ length: callCount }, (_, index) => {
    if (nests && index === 1) return ['nested', 0];
    return [random.pick(callKinds), random.integer(4)];
  });
}

/** Runs a whole storm: every tenant's jobs at once, and looks at every context on the way. */
export async function runStorm(
  waybill: Orchestrator,
  watch: ContextWatch,
  shape: StormShape,
): Promise<void> {
  const random = seededRandom(shape.seed);
  const tenants = Array.from({ length: shape.tenantCount }, (_, index) => `tenant-${index}`);
  const off = [
    waybill.on('job:settled', ({ jobId }) => watch.here('job:settled', jobId)),
    waybill.on('job:started', ({ jobId }) => watch.here('job:started', jobId)),
    waybill.on('host:called', ({ jobId }) => watch.here('host:called', jobId)),
    waybill.on('job:logged', ({ jobId }) => watch.here('job:logged', jobId)),
  ];
  if (shape.warm) {
    await Promise.all(
      tenants.map((name) => waybill.deploy({ name: 'storm', tenant: name, source })),
    );
  }
  const jobs: Promise<void>[] = [];
  for (let index = 0; index < shape.jobCount; index++) {
    for (const tenant of tenants) {
      const label = `${tenant}-job-${index}`;
      // One in eight: more jobs than places that wait for jobs of their own would wait for each other.
      const calls = chooseCalls(random, shape.callCount, index % 8 === 0);
      const ending = random.pick(endings);
      const { warm } = shape;
      const job: StormJob = { waybill, watch, label, tenant, calls, ending, warm };
      jobs.push(watch.enter(label, () => stormJob(job)));
    }
  }
  await Promise.all(jobs);
  for (const stop of off) stop();
}
