import { type IsolateSettings, type RecycleReason, makeError } from '@waybill/protocol';
import type { GuestIsolate } from '@waybill/sandbox';
import { openIsolateEngine } from '@waybill/sandbox/isolate';
import { leakCheck } from '@waybill/testkit';
import { makeRunClock } from './entry-url.ts';
import { IsolateMaker, type ReadyIsolate } from './isolate-maker.ts';
import { IsolateShelf } from './isolate-shelf.ts';

/** Settings of the tests: nothing is made ahead, nothing goes by itself. */
export const isolateSettings: IsolateSettings = {
  maxPerThread: 8,
  maxAgeMs: 600_000,
  maxUses: 10_000,
  maxHeapRatio: 0.9,
  preparedPerThread: 0,
};

/** Heap of the isolates of the tests, in bytes. */
export const memoryBytes: number = 16 * 2 ** 20;

/** A maker and a shelf of real isolates; its end proves that nothing is left. */
export interface Bench extends AsyncDisposable {
  readonly maker: IsolateMaker;
  readonly shelf: IsolateShelf;
  /** Whom the shelf told that an isolate was taken out of service, as `tenant reason`. */
  readonly recycled: string[];
  /** Makes an isolate for a tenant, and remembers it. */
  make(tenant?: string): Promise<ReadyIsolate>;
}

/** Opens a {@link Bench} whose settings are those of {@link isolateSettings} but for `changed`. */
export function openBench(changed: Partial<IsolateSettings> = {}): Bench {
  const leaks = leakCheck();
  const settings = { ...isolateSettings, ...changed };
  const made: GuestIsolate[] = [];
  const recycled: string[] = [];
  const engine = openIsolateEngine({
    kit: { hostFunctionNames: [] },
    runningIsolates: 2,
    runClock: makeRunClock(),
    onWedged: (_isolate, reason) => {
      throw new Error(reason);
    },
  });
  const maker = new IsolateMaker({ settings, memoryBytes, engine });
  const told = (tenant: string, reason: RecycleReason): void =>
    void recycled.push(`${tenant} ${reason}`);
  const shelf = new IsolateShelf(settings, told);
  return {
    maker,
    shelf,
    recycled,
    async make(tenant = 'acme') {
      const ready = await maker.make(tenant, memoryBytes);
      made.push(ready.isolate);
      return ready;
    },
    async [Symbol.asyncDispose]() {
      await maker.close(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
      await shelf.close();
      await engine[Symbol.asyncDispose]();
      const open = made.filter(({ state }) => state === 'open');
      if (open.length > 0) throw new Error(`${open.length} isolates were left behind`);
      await leaks[Symbol.asyncDispose]();
    },
  };
}
