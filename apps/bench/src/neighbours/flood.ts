import { setTimeout as wait } from 'node:timers/promises';
import { isWaybillError, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { WrongAnswer } from '../lanes/lane.ts';
import type { CallBook } from '../method/call-book.ts';
import type { Neighbour } from './neighbour.ts';
import { tenant } from './tenant-lane.ts';

const name = 'flood';

/** Callers beyond those whose jobs run or wait: some are refused all the time. */
const beyondCount = 32;

/** How long a refused caller rests, in ms: it is the pool that is flooded and not the thread that measures. */
const restMs = 20;

/** Each so many jobs one computes, for a time in ms. */
const heavy = { every: 10, ms: 2 };

const source = `export default ({ number, computeMs }, { context }) => {
  const endMs = Date.now() + computeMs;
  while (Date.now() < endMs);
  return context.get('tenant') + number;
}`;

const refusals: readonly string[] = ['ERR_WAYBILL_TENANT_QUEUE_FULL', 'ERR_WAYBILL_QUEUE_FULL'];

interface Flood {
  isOver: boolean;
  settledCount: number;
  refusedCount: number;
}

/** A tenant that submits as much as its queue takes, and more, as soon as there is room: warm calls, a tenth of them that compute. */
export async function floodingNeighbour(
  waybill: Orchestrator,
  maxQueued: number,
): Promise<Neighbour> {
  await waybill.deploy({ name, tenant: name, source });
  const { slotCount } = (await waybill.stats()).pool;
  const callerCount = slotCount + maxQueued + beyondCount;
  let lastNumber = 0;
  const call = async (): Promise<void> => {
    const number = ++lastNumber;
    const input = { number, computeMs: number % heavy.every === 0 ? heavy.ms : 0 };
    const job = { tenant: name, function: name, input };
    const got = unwrap(await tenant.run(name, () => waybill.run(job)));
    if (got !== name + number) throw new WrongAnswer(name + number, got);
  };
  const callUntil = async (book: CallBook, flood: Flood): Promise<void> => {
    while (!flood.isOver) {
      try {
        await call();
        flood.settledCount += 1;
        book.count();
      } catch (error) {
        if (isWaybillError(error) && refusals.includes(error.code)) {
          flood.refusedCount += 1;
          await wait(restMs);
          continue;
        }
        book.count();
        book.fail(error);
      }
    }
  };
  return {
    name,
    start(book) {
      const flood: Flood = { isOver: false, settledCount: 0, refusedCount: 0 };
      const callers = Array.from({ length: callerCount }, () => callUntil(book, flood));
      return async () => {
        flood.isOver = true;
        await Promise.all(callers);
        return flood;
      };
    },
  };
}
