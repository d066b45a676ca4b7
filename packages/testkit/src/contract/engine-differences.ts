import { ok } from 'node:assert/strict';
import type { ContractSetting } from './lane.ts';

/** Where the two engines differ on purpose, and what the contract expects of each. */
export interface EngineDifference {
  readonly what: string;
  readonly isolate: string;
  readonly realm: string;
  readonly why: string;
}

/** The names of the differences. */
export type EngineDifferenceName = 'code' | 'frames' | 'neighbourOfCut' | 'neighbourOfMemory';

/** Every difference between the engines that a guest or its submitter can see; `docs/contract.md` has the same table. */
export const engineDifferences: Readonly<Record<EngineDifferenceName, EngineDifference>> = {
  code: {
    what: 'what code that is made from strings (`eval`, `new Function`) gives',
    isolate: 'its value',
    realm: 'EvalError',
    why: 'In a context of `node:vm`, `import()` in such code rejects with an error of the host’s realm.',
  },
  frames: {
    what: 'stack frames of an error that a guest threw',
    isolate: 'frames',
    realm: 'no frames',
    why: 'To format a stack, Node.js runs a function of its own on the stack of the guest. `realm.stacks` switches them on, for guests that are trusted with that.',
  },
  neighbourOfCut: {
    what: 'a job that waits in the realm of a deployed function while another job there is cut off',
    isolate: 'ok',
    realm: 'ERR_WAYBILL_ISOLATE_LOST',
    why: 'A time limit that cuts off a drain of a context’s queue drops what else is in it: the realm is of no use any more.',
  },
  neighbourOfMemory: {
    what: 'a job of another tenant that waits for a host call while a guest takes too much memory',
    isolate: 'ok',
    realm: 'ERR_WAYBILL_WORKER_EXITED',
    why: 'Realms share the heap of their thread, and end with it.',
  },
};

/** Proves that `seen` is what the engine of a lane promises, or one of the things, where engines differ. */
export function assertPromised(
  { engine }: ContractSetting,
  difference: EngineDifferenceName,
  seen: string,
): void {
  const promise = engineDifferences[difference][engine];
  ok(promise.split(' or ').includes(seen), `${engineDifferences[difference].what}: ${seen}`);
}
