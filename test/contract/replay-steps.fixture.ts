import assert from 'node:assert/strict';
import type { HostFunction, JobSpec } from '@waybill/orchestrator';
import { request, tenant } from '../support/variables.ts';

/**
 * What stands for an `await` of a replayed test: it goes over borders and back, and runs `fn` at the far end of the way.
 * What `fn` gives or throws comes back as values and errors of guests do.
 */
export type Cross = <R>(fn?: () => R | Promise<R>) => Promise<R>;

/** The ways over the borders. */
export const steps = [
  // A guest calls a host function.
  'hostCall',
  // A guest passes a function to a host function, which calls it from a timer; from there the guest calls the host.
  'guestCallback',
  // A host function submits another job and waits for it.
  'nestedJob',
] as const;

export type Step = (typeof steps)[number];

/** Where host functions run: in the submitting thread, or in the pool thread. */
export type Side = 'here' | 'there';

/** A program with a crossing wherever a replayed test awaits something, known by its property. */
export interface Program {
  readonly property: string;
  readonly play: (cross: Cross) => Promise<unknown>;
}

/** One property of a replayed test, and what its program has to see. */
export interface Replay extends Program {
  readonly seen: unknown;
}

/** What a guest is asked for: to go one way, or to have a program played that goes it. */
export interface Errand {
  readonly side: Side;
  readonly step: Step;
  readonly key?: string;
  readonly program?: string;
}

const guest = `export default async (errand, { host }) => {
  const { side, step, key, program } = errand;
  const { play, far, later } = host[side];
  const go = {
    hostCall: (key) => far(key),
    guestCallback: (key) => later(() => far(key)),
    nestedJob: (key) => host.nest({ side, step: 'hostCall', key }),
  }[step];
  return program === undefined ? go(key) : play(errand, go);
}`;

/** An errand under way, and what is carried where it began. */
interface Carried extends Errand {
  readonly carried: unknown;
}

/** The job that goes on an errand from here. */
export function jobOf(errand: Errand): JobSpec {
  return { source: guest, input: { ...errand, carried: carriedHere() } };
}

const farEnds = new Map<string, () => unknown>();
let farEndCount = 0;

/** What is set here of what is carried to pool threads: all of it must be seen wherever an errand leads. */
export function carriedHere(): unknown {
  return { tenant: tenant.get(), request: request.getStore() };
}

/**
 * Makes a crossing out of what has a guest go to the far end `key` of this thread. Whatever a replayed test looks at, each
 * far end must see what its job carries.
 *
 * @param carriedByJob - what that is. Default: what is set where the crossing begins, because it submits a job
 */
export function makeCross(
  go: (key: string) => Promise<unknown>,
  carriedByJob: () => unknown = carriedHere,
): Cross {
  return async <R>(fn?: () => R | Promise<R>): Promise<R> => {
    const key = String((farEndCount += 1));
    const carried = carriedByJob();
    farEnds.set(key, () => {
      assert.deepEqual(carriedHere(), carried);
      return fn?.();
    });
    try {
      return (await go(key)) as R;
    } finally {
      farEnds.delete(key);
    }
  };
}

/** The host functions of one thread, for guests that go on errands there. */
export function hostFunctionsOf(
  side: Side,
  programs: readonly Program[],
): Record<string, HostFunction> {
  return {
    [`${side}.play`]: ({ program, carried }: Carried, go: (key: string) => Promise<unknown>) => {
      assert.deepEqual(carriedHere(), carried);
      const found = programs.find(({ property }) => property === program);
      assert(found, `no program is known as: ${program}`);
      // Whatever the program enters: a guest that it calls back calls in the context of its job.
      return found.play(makeCross(go, () => carried));
    },
    [`${side}.far`]: (key: string) => farEnds.get(key)?.(),
    [`${side}.later`]: (callback: () => Promise<unknown>) =>
      new Promise((resolve, reject) => {
        setTimeout(() => void callback().then(resolve, reject), 1);
      }),
  };
}
