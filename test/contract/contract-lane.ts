import { setImmediate } from 'node:timers/promises';
import {
  createOrchestrator,
  type Deployment,
  type FunctionSpec,
  isWaybillError,
  type Orchestrator,
  unwrap,
} from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import {
  contractHostFunctions,
  type ContractLane,
  type ContractProgram,
  type ContractProgramSpec,
  type ContractSetting,
  opener,
  submitterFunctions,
  within,
} from '@waybill/testkit/contract';
import { atBaseline } from '../support/with-orchestrator.ts';
import { contractContext } from './contract-context.ts';

const calls = `export default ([name, args], { host }) => {
  const [namespace, ...path] = name.split('.');
  return path.reduce((found, part) => found[part], host[namespace])(...args);
}`;

/** A lane that is open. */
export interface OpenLane extends AsyncDisposable {
  readonly lane: ContractLane;
  /** Proves that the last sentence left nothing behind, and takes its programs away. */
  tidy(): Promise<void>;
}

async function openOrchestrator(
  { engine, containment, place }: ContractSetting,
  lane: () => ContractLane,
): Promise<Orchestrator> {
  const context = contractContext('submitter');
  const [here, there] =
    place === 'submitter' ? (['contract', 'across'] as const) : (['across', 'contract'] as const);
  const hostFunctions = {
    ...contractHostFunctions(here, context),
    ...submitterFunctions(context, lane),
  };
  const workerHostFunctions = new URL(`./${there}-functions.fixture.ts`, import.meta.url);
  return within(context, opener, () =>
    createOrchestrator({
      engine,
      containment,
      threads: 1,
      attemptsPerThread: 64,
      hostFunctions,
      workerHostFunctions,
      limits: { wallMs: 10_000, cpuMs: 5_000 },
      tenants: { named: { 'one-by-one': { maxRunning: 1 } } },
    }),
  );
}

const betweenThreads: ReadonlySet<string> = new Set([
  'ERR_WAYBILL_WORKER_EXITED',
  'ERR_WAYBILL_RPC_BROKEN',
]);

/** Deploys as soon as a thread is up to look at the source: a sentence before may have cost the one there was. */
async function deployWhenUp(waybill: Orchestrator, spec: FunctionSpec): Promise<Deployment> {
  for (;;) {
    try {
      return await waybill.deploy(spec);
    } catch (error) {
      if (!isWaybillError(error) || !betweenThreads.has(error.code)) throw error;
      await setImmediate();
    }
  }
}

/** Opens an orchestrator as one setting says; disposing it proves that it let go of everything. */
export async function openLane(setting: ContractSetting): Promise<OpenLane> {
  await using opening = new AsyncDisposableStack();
  opening.use(leakCheck());
  const waybill = opening.use(await openOrchestrator(setting, () => lane));
  let deployments: Deployment[] = [];

  const prepare = async (spec: ContractProgramSpec): Promise<ContractProgram> => {
    const tenant = spec.tenant ?? 'acme';
    if (setting.warmth === 'fresh') {
      return {
        run: (input, { id, ...options } = {}) =>
          waybill.run({ ...spec, tenant, id, input, trail: true }, options),
      };
    }
    const name = `program-${deployments.length}`;
    deployments.push(await deployWhenUp(waybill, { ...spec, tenant, name }));
    return {
      run: (input, { id, ...options } = {}) =>
        waybill.run({ function: name, tenant, id, input, trail: true }, options),
    };
  };
  const context = contractContext('submitter');
  const lane: ContractLane = {
    ...setting,
    context,
    prepare,
    call: (name, ...args) =>
      context.atRoot(async () =>
        unwrap(await waybill.run({ tenant: 'tester', source: calls, input: [name, args] })),
      ),
    cancel: (jobId) => waybill.cancel(jobId),
    on: (name, listener) => waybill.on(name, listener),
    atBaseline: () => atBaseline(waybill),
  };
  const tidy = async (): Promise<void> => {
    await atBaseline(waybill);
    for (const deployment of deployments) deployment.remove();
    deployments = [];
  };
  const opened = opening.move();
  return { lane, tidy, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
