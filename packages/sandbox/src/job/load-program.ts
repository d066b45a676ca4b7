import { type Limits, type WaybillError, makeError } from '@waybill/protocol';
import type { GuestRealm } from '../isolate/guest-realm.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import { cpuLimitError, isolateLostError, memoryLimitError } from './limit-errors.ts';
import { errorFromGuest, readDescribed } from './guest-failure.ts';

// How the turn in which the program is evaluated ended, where that says something.
async function failureOfTurn(
  realm: GuestRealm,
  program: PreparedProgram,
  limits: Limits,
): Promise<WaybillError | undefined> {
  try {
    const { end } = await realm.load(program, limits.cpuMs);
    if (end === 'timed-out') return cpuLimitError(limits);
    if (end === 'out-of-memory') return memoryLimitError(limits);
    return end === 'lost' ? isolateLostError() : undefined;
  } catch (error) {
    // What our parser took and the engine does not: said in the engine's words.
    const words = error instanceof Error ? error.message : String(error);
    return makeError('ERR_WAYBILL_GUEST_SYNTAX', words);
  }
}

/**
 * Evaluates a program in a realm that many jobs will share.
 *
 * @param limits - `cpuMs` and `wallMs` bound the evaluation, top-level awaits included
 * @returns why it failed, or undefined where the realm is ready; never rejects
 */
export async function loadProgram(
  realm: GuestRealm,
  program: PreparedProgram,
  limits: Limits,
): Promise<WaybillError | undefined> {
  const loaded = Promise.withResolvers<WaybillError | undefined>();
  const overdue = setTimeout(() => {
    const words = `the function's modules were not evaluated within ${limits.wallMs} ms`;
    loaded.resolve(makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', words));
  }, limits.wallMs);
  realm.onProgram(
    (failure) =>
      loaded.resolve(
        failure === undefined ? undefined : errorFromGuest(readDescribed(failure), undefined),
      ),
    () => loaded.resolve(isolateLostError()),
  );
  try {
    // A guest that cannot be stopped leaves its turn open for good.
    const turn = failureOfTurn(realm, program, limits);
    return await Promise.race([loaded.promise, turn.then((failure) => failure ?? loaded.promise)]);
  } finally {
    clearTimeout(overdue);
  }
}
