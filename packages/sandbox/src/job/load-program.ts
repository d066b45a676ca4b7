import { type Limits, type WaybillError, makeError } from '@waybill/protocol';
import type { GuestRealm } from '../isolate/guest-realm.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import { errorFromGuest, readDescribed } from './guest-failure.ts';

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
      loaded.resolve(failure === undefined ? undefined : errorFromGuest(readDescribed(failure), undefined)),
    () => loaded.resolve(makeError('ERR_WAYBILL_ISOLATE_LOST', 'the isolate of the function was lost')),
  );
  try {
    const { end } = await realm.load(program, limits.cpuMs);
    if (end === 'timed-out') {
      const words = `the function's modules computed for more than ${limits.cpuMs} ms`;
      return makeError('ERR_WAYBILL_GUEST_CPU_LIMIT', words);
    }
    if (end === 'out-of-memory') {
      const words = `the isolate's heap grew past ${limits.memoryBytes} bytes`;
      return makeError('ERR_WAYBILL_GUEST_MEMORY_LIMIT', words);
    }
    return await loaded.promise;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return makeError('ERR_WAYBILL_GUEST_SYNTAX', words);
  } finally {
    clearTimeout(overdue);
  }
}
