import { makeError, maxGraceMs } from '@waybill/protocol';
import type { Office } from './office.ts';

/** How long threads may take to settle jobs that were stopped, and to end, in ms each: whatever the grace. */
const endMs = 1_000;

/** @throws `ERR_WAYBILL_INVALID_OPTIONS` where it is no time that one can wait */
export function checkGraceMs(graceMs: number): void {
  if (Number.isFinite(graceMs) && graceMs >= 0 && graceMs <= maxGraceMs) return;
  const expected = `a number from 0 to ${maxGraceMs} (ms)`;
  const words = `graceMs: expected ${expected}, got ${String(graceMs)}`;
  const issues = [{ path: 'graceMs', expected, got: String(graceMs) }];
  throw makeError('ERR_WAYBILL_INVALID_OPTIONS', words, { details: { issues } });
}

/**
 * Lets running jobs finish, then ends them; jobs that still wait are given up at once, because they can be sent
 * elsewhere.
 *
 * @param graceMs - how long running jobs may take; ending the threads may take up to `endMs` twice more
 */
export async function closeOffice(
  office: Office,
  settled: () => Promise<void>,
  graceMs: number,
): Promise<void> {
  const closed = makeError(
    'ERR_WAYBILL_CLOSED',
    'the orchestrator was closed before the job had settled',
  );
  for (const ticket of office.tickets.values()) if (ticket.state === 'queued') ticket.stop(closed);
  await withGrace(office, settled, graceMs);
  for (const ticket of office.tickets.values()) ticket.stop(closed);
  // Their threads settle them now; one that does not answer is not waited for.
  await withGrace(office, settled, endMs);
  for (const ticket of office.tickets.values()) ticket.abandon(closed);
  await office.pool.close(endMs);
  if (office.crashLog !== undefined) await within(endMs, office.crashLog.flush());
  office.events.clear();
}

async function withGrace(
  office: Office,
  settled: () => Promise<void>,
  graceMs: number,
): Promise<void> {
  if (office.tickets.size > 0) await within(graceMs, settled());
}

async function within(graceMs: number, done: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, graceMs);
  await Promise.race([done, over.promise]);
  clearTimeout(timer);
}
