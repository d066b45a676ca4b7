import { ContextSnapshot } from '@waybill/context';
import { type Database, openQueue } from '@waybill/queue';
import { type DurableLane, type LaneJob, slotCount } from './durable-lane.ts';

/** Opens our queue with an executor whose jobs do nothing. */
export async function openOurLane(database: Database): Promise<DurableLane> {
  const queue = await openQueue({
    database,
    contextKeys: ['not a secret: it seals what a benchmark stores'],
    tenantSlots: { default: slotCount, of: new Map() },
  });
  const lane = {
    name: 'ours',
    onStart: (_number: number): void => {},
  };
  const executor = await queue.execute({
    slots: slotCount,
    name: 'bench',
    async run({ spec }) {
      lane.onStart(readNumber(spec.input));
      return { ok: true, value: null };
    },
  });
  return Object.assign(lane, {
    accept: ({ tenant, ...input }: LaneJob) =>
      ContextSnapshot.root.run(() => queue.submit({ tenant, source, input })),
    settledCount: () => executor.stats().settledCount,
    [Symbol.asyncDispose]: () => queue.close(),
  });
}

const source = 'export default () => null';

function readNumber(input: unknown): number {
  return typeof input === 'object' && input !== null && 'number' in input
    ? Number(input.number)
    : NaN;
}
