import { ContextSnapshot, ContextVariable } from '@waybill/context';
import { type Database, openQueue } from '@waybill/queue';
import { type DurableLane, type DurableLaneJob, readJob, slotCount } from './durable-lane.ts';

const source = 'export default () => null';

/** Carried with every job, to be found again where it runs. */
const submitter = new ContextVariable<string>({
  name: 'bench.submitter',
  carry: { to: ['queue'] },
});

/** Opens our queue with an executor whose jobs do nothing. */
export async function openOurLane(database: Database): Promise<DurableLane> {
  const queue = await openQueue({
    database,
    contextKeys: ['not a secret: it seals what a benchmark stores'],
    tenantSlots: { default: slotCount, of: new Map() },
  });
  const lane = {
    name: 'ours',
    onStart: (_job: DurableLaneJob): void => {},
  };
  const executor = await queue.execute({
    slots: slotCount,
    name: 'bench',
    async run({ spec, tenant, context }) {
      const found = context.run(() => submitter.get());
      // Whoever runs in the context of another one runs for nobody that was expected.
      const whose = found === tenant ? tenant : `${tenant}, in the context of ${found}`;
      lane.onStart(readJob(spec.input, whose));
      return { ok: true, value: null };
    },
  });
  return Object.assign(lane, {
    accept: ({ tenant, ...input }: DurableLaneJob) =>
      ContextSnapshot.root.run(() =>
        submitter.run(tenant, () => queue.submit({ tenant, source, input })),
      ),
    settledCount: () => executor.stats().settledCount,
    [Symbol.asyncDispose]: () => queue.close(),
  });
}
