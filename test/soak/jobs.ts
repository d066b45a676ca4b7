import type { HostFunction, JobSpec, Outcome } from '@waybill/orchestrator';
import { ContextVariable } from '@waybill/context';

/** Carried along with every job, and compared by what it sees. */
export const tenant: ContextVariable<string> = new ContextVariable<string>({
  name: 'tenant',
  carry: { to: ['worker', 'guest'] },
});

/** The program of every harmless job. */
export const source = `export default async (input, { host, context, log }) => {
  log('job', input.number);
  return [context.get('tenant'), await host.whoCalls(), input.number];
}`;

/** What the programs call. */
export const hostFunctions: Readonly<Record<string, HostFunction>> = {
  whoCalls: () => tenant.get(),
};

/** What a hostile job may do, and how it must end. */
interface HostileKind {
  readonly source: (number: number) => string;
  readonly codes: readonly string[];
}

const hostileKinds: readonly HostileKind[] = [
  { source: () => 'export default () => { for (;;); }', codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT'] },
  {
    source: () =>
      'export default () => { const all = []; for (;;) all.push(new Array(1000).fill(0)); }',
    codes: ['ERR_WAYBILL_GUEST_MEMORY_LIMIT', 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  {
    source: () => 'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
    codes: ['ERR_WAYBILL_DEADLINE_EXCEEDED'],
  },
  {
    source: () => 'export default (_, { host }) => { for (;;) host.whoCalls(); }',
    codes: ['ERR_WAYBILL_HOST_CALL_LIMIT', 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  {
    source: () => 'export default () => "x".repeat(2 ** 25)',
    codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', 'ERR_WAYBILL_GUEST_MEMORY_LIMIT'],
  },
  { source: () => 'export default function f() { f(); }', codes: ['ERR_WAYBILL_GUEST_THREW'] },
];

// Nothing ends it but the end of its process. A program of its own each time: the second time one would be refused.
const wedging: HostileKind = {
  source: (number) =>
    `export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, ${number})`,
  codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
};

// On a machine that is busy with all the others, a guest may be cut off before it had its cpu time; and one that had made
// host calls may lose its process, or its isolate, to another.
const unluckyCodes = [
  'ERR_WAYBILL_WORKER_UNRESPONSIVE',
  'ERR_WAYBILL_PROCESS_EXITED',
  'ERR_WAYBILL_ISOLATE_LOST',
];

const hostileLimits = { wallMs: 5_000, cpuMs: 120, memoryBytes: 16 * 2 ** 20 };

/** A hostile job, which goes by its number, and the codes that it may end with. */
export function hostileJob(number: number): { spec: JobSpec; codes: readonly string[] } {
  // One in two hundred of the hostile ones, so that most processes live long enough to be judged.
  const isWedging = number % 20_000 === 10_000;
  const kind = isWedging ? wedging : hostileKinds[(number / 100) % hostileKinds.length];
  const { source: make, codes } = kind ?? wedging;
  // A tenant for each kind: what one of them does to its isolate is not what the next is to be judged by.
  const tenantName = `mallory-${hostileKinds.indexOf(kind ?? wedging)}`;
  return { spec: { tenant: tenantName, source: make(number), limits: hostileLimits }, codes };
}

/** Throws where an outcome is not what it must be. */
export function expectFailure({ ok, ...rest }: Outcome, codes: readonly string[]): void {
  const code = 'error' in rest ? rest.error.code : 'ok';
  const isExpected = [...codes, ...unluckyCodes].includes(code);
  if (ok || !isExpected) throw new Error(`expected ${codes.join(' or ')}, got ${code}`);
}
