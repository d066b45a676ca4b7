import {
  createOrchestrator,
  type JobSpec,
  type Orchestrator,
  type OrchestratorOptions,
  unwrap,
} from '@waybill/orchestrator';
import { echo, type Exchange } from './exchange.ts';
import type { Lane } from './lane.ts';

/** How our side is used. */
export interface OurPoolOptions {
  /** As the report shows it. @defaultValue `ours` */
  readonly name?: string;
  /** `warm`: a deployed function is called again and again. `fresh`: each job brings the source and has a realm of its own. */
  readonly how: 'warm' | 'fresh';
  readonly options: OrchestratorOptions;
  /** @defaultValue a guest that gives back what it is given */
  readonly source?: string;
  /** @defaultValue the number of the call, there and back */
  readonly exchange?: Exchange;
}

const echoSource = 'export default (input) => input';

/** Makes an orchestrator and a lane of its jobs; disposing the lane closes it. */
export async function ourPoolLane({ how, options, ...rest }: OurPoolOptions): Promise<Lane> {
  const { name = 'ours', source = echoSource, exchange = echo } = rest;
  const waybill = await createOrchestrator(options);
  if (how === 'warm') await waybill.deploy({ name: 'bench', source });
  const target = how === 'warm' ? { function: 'bench' } : { source };
  const lane = ourLane(waybill, {
    name,
    job: (number) => ({ ...target, input: exchange.input(number) }),
    check: exchange.check,
  });
  return { ...lane, [Symbol.asyncDispose]: () => waybill[Symbol.asyncDispose]() };
}

/** Jobs of an orchestrator, one for each call. */
export interface OurJobs {
  /** As the report shows it. @defaultValue `ours` */
  readonly name?: string;
  job(number: number): JobSpec;
  /** @defaultValue wants the number of the call */
  readonly check?: Exchange['check'];
  /** Submits a job in the async context that it is to have. @defaultValue in that of the load */
  readonly within?: <T>(number: number, submit: () => T) => T;
}

/** Makes a lane of jobs of an orchestrator that whoever made it closes: disposing the lane does nothing. */
export function ourLane(waybill: Orchestrator, jobs: OurJobs): Lane {
  const { name = 'ours', check = echo.check, within = (_number, submit) => submit() } = jobs;
  return {
    name,
    call: async (number) => unwrap(await within(number, () => waybill.run(jobs.job(number)))),
    check,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
