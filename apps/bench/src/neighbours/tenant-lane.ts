import { isDeepStrictEqual } from 'node:util';
import { ContextVariable } from '@waybill/context';
import type { HostFunction, Orchestrator } from '@waybill/orchestrator';
import { type Lane, WrongAnswer } from '../lanes/lane.ts';
import { ourLane } from '../lanes/our-pool.ts';

/** Carried along with every job, and compared by what it sees. */
export const tenant: ContextVariable<string> = new ContextVariable<string>({
  name: 'tenant',
  carry: { to: ['worker', 'guest'] },
});

/** What a harmless job does: tells whose it is by what the guest sees, and by what a host function sees. */
export const source = `export default async (input, { host, context, log }) => {
  log('job', input.number);
  return [context.get('tenant'), await host.whoCalls(), input.number];
}`;

/** What harmless and hostile jobs call. */
export const hostFunctions: Readonly<Record<string, HostFunction>> = {
  whoCalls: () => tenant.get(),
};

/** What a tenant's jobs run: what was deployed for it, or a source with each of them. */
export type TenantTarget = { readonly function: string } | { readonly source: string };

/** Makes the jobs of a tenant on an orchestrator with the {@link hostFunctions}, which is not the lane's to close. */
export function tenantLane(
  waybill: Orchestrator,
  name: string,
  target: TenantTarget = { source },
): Lane {
  return ourLane(waybill, {
    name,
    // It may share a process with a hostile one, and has no effects.
    job: (number) => ({ ...target, tenant: name, input: { number }, rerunnable: true }),
    check(number, got) {
      const expected = [name, name, number];
      if (!isDeepStrictEqual(got, expected)) throw new WrongAnswer(expected, got);
    },
    within: (_number, submit) => tenant.run(name, submit),
  });
}

/** Deploys what harmless jobs do, for each of these tenants, and makes their lanes. */
export async function deployLanes(
  waybill: Orchestrator,
  names: readonly string[],
): Promise<readonly Lane[]> {
  await Promise.all(
    names.map((name) => waybill.deploy({ name: 'harmless', tenant: name, source })),
  );
  return names.map((name) => tenantLane(waybill, name, { function: 'harmless' }));
}
