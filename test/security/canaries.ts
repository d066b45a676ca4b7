import { isDeepStrictEqual } from 'node:util';
import type { JobSpec, Orchestrator } from '@waybill/orchestrator';
import { tenant } from '../support/variables.ts';

/** Names of the tenants whose jobs run beside every hostile program. */
export const canaryTenants: readonly string[] = ['canary-1', 'canary-2', 'canary-3'];

/** What a canary's job gets, and nobody else may see. */
export function canaryData(owner: string): string {
  return `the data of ${owner}`;
}

// Whether they took too long is for the judge to say.
const limits = { wallMs: 20_000 };

/** Each is of another kind: many short jobs, jobs that wait, jobs that compute and set timers. */
const sources = [
  `export default async (input, { host, context }) =>
    [input, context.get('tenant'), await host.who(), await host.away.who(), await host.who()]`,
  `export default async (input, { host, context }) => {
    const before = await host.who();
    await host.pause(25);
    return [input, context.get('tenant'), before, await host.away.who(), await host.who()];
  }`,
  `export default async (input, { host, context }) => {
    let sum = 0;
    for (let n = 0; n < 2e5; n++) sum += n % 7;
    await new Promise((done) => { setTimeout(done, 5) });
    const [here, away] = await Promise.all([host.who(), host.away.who()]);
    return [input, context.get('tenant'), sum === 599_994 ? here : 'miscounted', away, await host.who()];
  }`,
];

/** Jobs of other tenants that run for as long as a hostile program does. */
export interface Canaries {
  /** Lets the last ones end; gives what went wrong with any of them, and how long the longest took. */
  stop(): Promise<{ readonly harm: readonly string[]; readonly longestMs: number }>;
}

/** Starts jobs of every canary tenant, one after the other, until they are stopped. */
export function startCanaries(waybill: Orchestrator): Canaries {
  const harm: string[] = [];
  let longestMs = 0;
  const stopping = new AbortController();

  const runOne = async (owner: string, source: string): Promise<void> => {
    // A host call of a job that does nothing but ask may be made twice.
    const job: JobSpec = {
      tenant: owner,
      source,
      input: canaryData(owner),
      rerunnable: true,
      limits,
    };
    const startMs = performance.now();
    const outcome = await tenant.run(owner, () => waybill.run(job));
    longestMs = Math.max(longestMs, performance.now() - startMs);
    const right = [canaryData(owner), owner, owner, owner, owner];
    if (!outcome.ok) harm.push(`a job of ${owner} failed: ${String(outcome.error)}`);
    else if (!isDeepStrictEqual(outcome.value, right)) {
      harm.push(`a job of ${owner} returned ${JSON.stringify(outcome.value)}`);
    }
  };
  const keepRunning = async (owner: string, index: number): Promise<void> => {
    while (!stopping.signal.aborted) await runOne(owner, sources[index] ?? '');
    // One that starts when the hostile program has ended.
    await runOne(owner, sources[index] ?? '');
  };
  const running = canaryTenants.map(keepRunning);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      return { harm, longestMs };
    },
  };
}
