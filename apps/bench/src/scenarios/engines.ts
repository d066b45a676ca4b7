import { createOrchestrator, type JobSpec, type Orchestrator } from '@waybill/orchestrator';
import type { EngineName } from '@waybill/protocol';
import { ourLane } from '../lanes/our-pool.ts';
import { compare } from '../method/compare.ts';
import { partOf } from '../method/part.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Comparison, Figure } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';

const echo = 'export default (input) => input';

const calls = `export default async (input, { host }) => {
  let answer;
  for (let count = 0; count < 10; count++) answer = await host.echo(input);
  return answer;
}`;

const shapes: Readonly<Record<string, (number: number) => JobSpec>> = {
  'warm call': (number) => ({ function: 'echo', input: number }),
  'fresh realm': (number) => ({ source: echo, input: number }),
  'ten host calls, warm': (number) => ({ function: 'calls', input: number }),
};

/** The same jobs in a `node:vm` context of the pool thread, and in an isolate of their own. */
export const engines: Scenario = {
  name: 'engines',
  asks: 'What does a trusted guest gain or lose in a realm, against an isolate?',
  seconds: { full: 45, quick: 4 },
  async run(bench) {
    const { threads, isQuick } = bench;
    await using realm = await open('realm', threads);
    await using isolate = await open('isolate', threads);
    const comparisons: Comparison[] = [];
    const figures: Figure[] = [];
    for (const [index, [label, job]] of Object.entries(shapes).entries()) {
      const compared = await compare(
        partOf(bench, index, Object.keys(shapes).length),
        {
          ours: ourLane(realm, { name: 'realm', job }),
          other: ourLane(isolate, { name: 'isolate', job }),
        },
        {
          callerCount: isQuick ? 8 : 32,
          roundCount: isQuick ? 1 : 4,
          roundSeconds: isQuick ? 0.03 : 0.5,
          loadShare: 0.6,
          label,
        },
      );
      comparisons.push(...compared.comparisons);
      figures.push(
        latencyFigure(`Latency in a realm and in an isolate, ${label}`, compared.distributions),
      );
    }
    return { comparisons, findings: [], figures, omitted: [] };
  },
};

async function open(engine: EngineName, threads: number): Promise<Orchestrator> {
  const hostFunctions = { echo: (value: unknown) => value };
  const waybill = await createOrchestrator({ engine, threads, hostFunctions });
  await waybill.deploy({ name: 'echo', source: echo });
  await waybill.deploy({ name: 'calls', source: calls });
  return waybill;
}
