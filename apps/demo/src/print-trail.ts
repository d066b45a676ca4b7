import type { Hop } from '@waybill/orchestrator';
import { isMismatch } from './check-job.ts';
import type { JobReport } from './report.ts';
import { bad, dim, good, ms } from './terminal.ts';

/** Calls of one host function in one thread that saw the same context; any other hop stands alone. */
interface Row {
  readonly hop: Hop;
  callCount: number;
  endMs: number;
}

const widths = { hop: 10, thread: 8, realm: 9, tenant: 9, trace: 19, batch: 14 };

/** Gives the context trail of a job as lines: each hop, where it was, what was seen there and the time spent. */
export function trailLines({ id, trail }: JobReport): string[] {
  const head = ['     at ms', '  spent ms', ...cells('hop', 'thread', 'realm', 'tenant', 'trace')];
  const title = dim(`${head.join(' ')} ${'batch'.padEnd(widths.batch)} seen`);
  return [title, ...groupCalls(trail).map((row) => rowLine(row, id))];
}

function cells(hop: string, thread: string, realm: string, tenant: string, trace: string): string[] {
  return [
    ` ${hop.padEnd(widths.hop)}`,
    thread.padEnd(widths.thread),
    realm.padEnd(widths.realm),
    tenant.padEnd(widths.tenant),
    trace.padEnd(widths.trace),
  ];
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
  const trace = shortTrace(seen.get('w3c.trace-context'));
  const tenant = read<string>(seen.get('tenant')) ?? '-';
  const batch = read<{ batch?: string }>(seen.get('import-request'))?.batch ?? '-';
  const spent = kind === 'back' ? ' '.repeat(9) : ms(endMs - atMs);
  const wrong = isMismatch(hop, id);
  const columns = cells(kind, String(threadId), realmId, tenant, trace);
  const verdict = wrong ? bad('WRONG') : good('ok   ');
  const calls = name === undefined ? '' : `${name}${callCount > 1 ? ` x${callCount}` : ''}`;
  const start = `${ms(atMs)}  ${spent} ${columns.join(' ')}`;
  return `${start} ${batch.padEnd(widths.batch)} ${verdict} ${calls}`.trimEnd();
}

function read<T>(text: string | undefined): T | undefined {
  // What was carried is JSON; what a thread only passed on is shown as words in brackets.
  return text === undefined || text.startsWith('[passed') ? undefined : (JSON.parse(text) as T);
}

/** The first digits of the trace and of the span: enough to tell them apart. */
function shortTrace(text: string | undefined): string {
  const [, traceId = '', spanId = ''] = read<[string, string]>(text)?.[0].split('-') ?? [];
  return traceId === '' ? '-' : `${traceId.slice(0, 8)} ${spanId.slice(0, 8)}`;
}
