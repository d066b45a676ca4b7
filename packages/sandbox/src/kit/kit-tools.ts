import type { ParcelHooks, ParcelReader, ParcelWriter } from '@waybill/protocol';
import type { ErrorDesk } from './error-desk.ts';
import type { KitJob } from './kit-job.ts';
import type { KitPrimordials } from './kit-primordials.ts';
import type { SendToHost } from './kit-types.ts';

/** A function that guest code made or calls. */
export type GuestFunction = (...args: never[]) => unknown;

/** What the parts of the kit share. */
export interface KitTools {
  readonly p: KitPrimordials;
  readonly errors: ErrorDesk;
  readonly writer: ParcelWriter;
  readonly reader: ParcelReader;
  readonly hooks: ParcelHooks;
  readonly send: SendToHost;
  /** The job whose turn it is. Only console and timers may go by it: it is a good guess, not an identity. */
  readonly currentJob: () => KitJob | undefined;
  /** Calls guest code that nobody waits for: what it throws becomes a line of the current job's log. */
  readonly attempt: (what: string, fn: GuestFunction, args: unknown[]) => void;
}

/**
 * Calls one of two functions when a value, promise or thenable is settled; neither may throw.
 *
 * An `await`, because `then` would make its derived promise with a constructor that a guest can put in place.
 * Self-contained: its text is evaluated inside guest realms.
 */
export async function subscribe(
  value: unknown,
  ok: (value: unknown) => void,
  fail: (error: unknown) => void,
): Promise<void> {
  let settled: unknown;
  try {
    settled = await value;
  } catch (error) {
    fail(error);
    return;
  }
  ok(settled);
}
