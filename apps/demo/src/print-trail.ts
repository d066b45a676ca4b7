import type { Hop } from '@waybill/orchestrator';
import { isMismatch } from './check-job.ts';
import type { JobReport } from './report.ts';
import { bad, dim } from './terminal.ts';
import type { ImportRequest } from './variables.ts';

/** Calls of one host function in one thread that saw the same context; any other hop stands alone. */
interface Row {
  readonly hop: Hop;
  callCount: number;
  endMs: number;
}

const WIDTHS = [10, 10, 10, 7, 8, 9, 18, 14, 6, 0];

/** Gives the context trail of a job as lines: each hop, where it was, what was seen there and the time spent. */
export function trailLines({ id, trail }: JobReport): string[] {
  const title = ['at ms', 'spent ms', 'hop', 'thread', 'realm', 'tenant', 'trace', 'batch', 'seen'];
  return [dim(columns(title)), ...groupCalls(trail).map((row) => rowLine(row, id))];
}

/** Puts cells under each other, the first two, which are numbers, to the right. */
function columns(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const width = WIDTHS[index] ?? 0;
    return index < 2 ? cell.padStart(width) : ` ${cell.padEnd(width)}`;
  });
  return padded.join('').trimEnd();
}

/** Puts the calls of a function together where they differ in nothing but time, and says how long each row took. */
function groupCalls(trail: readonly Hop[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const [index, hop] of trail.entries()) {
    const { kind, name = '', threadId, context, atMs, tookMs } = hop;
    const key = JSON.stringify([kind, name, threadId, context]);
    // A hop that does not say how long it took lasted until the next one.
    const endMs = atMs + (tookMs ?? (trail[index + 1]?.atMs ?? atMs) - atMs);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { hop, callCount: 1, endMs });
    else {
      row.callCount += 1;
      row.endMs = Math.max(row.endMs, endMs);
    }
  }
  return [...rows.values()];
}

function rowLine({ hop, callCount, endMs }: Row, id: string): string {
  const { kind, name, threadId, realmId = '-', atMs, context } = hop;
  const seen = new Map(context);
  const tenant = (read(seen.get('tenant')) as string | undefined) ?? '-';
  const trace = shortTrace(seen.get('w3c.trace-context'));
  const batch =
    (read(seen.get('import-request')) as Partial<ImportRequest> | undefined)?.batch ?? '-';
  const spentMs = kind === 'back' ? '' : (endMs - atMs).toFixed(1);
  const times = [atMs.toFixed(1), spentMs];
  const place = [kind, String(threadId), realmId];
  const calls = name === undefined ? '' : `${name}${callCount > 1 ? ` x${callCount}` : ''}`;
  const wrong = isMismatch(hop, id);
  const line = columns([...times, ...place, tenant, trace, batch, wrong ? 'WRONG' : 'ok', calls]);
  return wrong ? bad(line) : line;
}

function read(text: string | undefined): unknown {
  // What was carried is JSON; what a thread only passed on is shown as words in brackets.
  return text === undefined || text.startsWith('[passed') ? undefined : JSON.parse(text);
}

/** The first digits of the trace and of the span: enough to tell them apart. */
function shortTrace(text: string | undefined): string {
  const headers = read(text) as readonly string[] | undefined;
  const [, traceId = '', spanId = ''] = headers?.[0]?.split('-') ?? [];
  return traceId === '' ? '-' : `${traceId.slice(0, 8)} ${spanId.slice(0, 8)}`;
}
