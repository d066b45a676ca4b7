import { type Orchestrator, createOrchestrator, unwrap } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atBaseline } from '../support/with-orchestrator.ts';
import { engines, inOwn, optionsOf } from './replay-bench.ts';
import {
  type Cross,
  type Errand,
  type Program,
  type Replay,
  type Step,
  hostFunctionsOf,
  jobOf,
  makeCross,
  steps,
} from './replay-steps.fixture.ts';

/** One engine of a suite, open while its tests run. */
export interface Bench {
  readonly waybill: () => Orchestrator;
  /** Goes one way from the submitting thread, and runs the far end in it. */
  readonly cross: (step: Step) => Cross;
  /** Has a guest go on an errand, in the context of the caller. */
  readonly send: (errand: Errand) => Promise<unknown>;
}

/**
 * Defines tests for each engine, around an orchestrator that must leave nothing behind. `programs` can be played in host
 * functions of either thread.
 */
export function onEachEngine(programs: readonly Program[], define: (bench: Bench) => void): void {
  describe.each(engines)('%s:', (engine) => {
    const scope = new AsyncDisposableStack();
    let open: Orchestrator | undefined;
    const waybill = (): Orchestrator => {
      if (open === undefined) throw new TypeError('used before its tests run');
      return open;
    };
    const send = async (errand: Errand): Promise<unknown> =>
      unwrap(await waybill().run(jobOf(errand)));
    beforeAll(async () => {
      scope.use(leakCheck());
      const hostFunctions = { ...hostFunctionsOf('here', programs), nest: send };
      open = scope.use(await createOrchestrator({ ...optionsOf(engine), hostFunctions }));
    });
    define({
      waybill,
      send,
      cross: (step) => makeCross((key) => send({ side: 'here', step, key })),
    });
    // Without a time limit: its timer would be one more that is not released.
    afterAll(async () => {
      await atBaseline(waybill());
      await scope.disposeAsync();
    }, 0);
  });
}

/**
 * Defines a test of each property for each engine, each way over the borders, and each place that the program can run in:
 * the code that submits, a host function of the same thread, one of the pool thread.
 */
export function replay(programs: readonly Replay[]): void {
  onEachEngine(programs, ({ cross, send }) => {
    describe.each(steps)('%s,', (step) => {
      test.each(programs)('where jobs are submitted: $property', async ({ play, seen }) => {
        expect(await inOwn(() => play(cross(step)))).toEqual(seen);
      });
      test.each(programs)('in the submitting thread: $property', async ({ property, seen }) => {
        const errand: Errand = { side: 'here', step, program: property };
        expect(await inOwn(() => send(errand))).toEqual(seen);
      });
      test.each(programs)('in the pool thread: $property', async ({ property, seen }) => {
        const errand: Errand = { side: 'there', step, program: property };
        expect(await inOwn(() => send(errand))).toEqual(seen);
      });
    });
  });
}
