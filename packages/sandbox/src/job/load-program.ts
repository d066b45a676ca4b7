import { setImmediate } from 'node:timers/promises';
import { type Limits, type WaybillError, makeError } from '@waybill/protocol';
import type { GuestRealm } from '../engine/guest-realm.ts';
import type { TurnOwner } from '../engine/turn.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import {
  cpuLimitError,
  isolateLostError,
  memoryLimitError,
  neverSettlesError,
} from './limit-errors.ts';
import { engineSyntaxError, errorFromGuest, readDescribed } from './guest-failure.ts';

// How the turn in which the program is evaluated ended, where that says something.
async function failureOfTurn(
  realm: GuestRealm,
  program: PreparedProgram,
  { limits, owner }: { limits: Limits; owner: TurnOwner },
): Promise<WaybillError | undefined> {
  try {
    const budget = (): number => realm.isolate.wallMs(limits.cpuMs);
    const { end } = await realm.load(program, { budget, owner });
    if (end === 'timed-out') return cpuLimitError(limits);
    if (end === 'out-of-memory' || end === 'heap-broken') return memoryLimitError(limits);
    return end === 'lost' ? isolateLostError() : undefined;
  } catch (error) {
    return engineSyntaxError(error);
  }
}

// Modules that many jobs will share have neither timers nor host calls: what has not settled when their turn is over waits
// for nothing. Unless it has, and that is still to be heard.
async function neverLoads(): Promise<WaybillError> {
  await setImmediate();
  await setImmediate();
  return neverSettlesError();
}

/**
 * Evaluates a program in a realm that many jobs will share.
 *
 * @param terms - `cpuMs` and `wallMs` of the limits bound the evaluation, top-level awaits included; the attempt is the one
 *   that asked for it
 * @returns why it failed, or undefined where the realm is ready; never rejects
 */
export async function loadProgram(
  realm: GuestRealm,
  program: PreparedProgram,
  { limits, attemptId }: { readonly limits: Limits; readonly attemptId: number },
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
    const owner = { attemptId, turnOverdue: (): void => loaded.resolve(cpuLimitError(limits)) };
    const turn = failureOfTurn(realm, program, { limits, owner });
    return await Promise.race([loaded.promise, turn.then((failure) => failure ?? neverLoads())]);
  } finally {
    clearTimeout(overdue);
  }
}
