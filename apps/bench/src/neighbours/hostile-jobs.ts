import type { JobSpec, Outcome } from '@waybill/orchestrator';

/** What a hostile job does, and how it must end. */
interface Hostility {
  readonly source: (number: number) => string;
  readonly codes: readonly string[];
}

/** What a hostile job may do. */
export type HostileKind =
  | 'loops'
  | 'allocates'
  | 'neverSettles'
  | 'floodsHost'
  | 'returnsTooMuch'
  | 'recurses'
  | 'wedges';

const hostilities: Readonly<Record<HostileKind, Hostility>> = {
  loops: {
    source: () => 'export default () => { for (;;); }',
    codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  allocates: {
    source: () =>
      'export default () => { const all = []; for (;;) all.push(new Array(1000).fill(0)); }',
    codes: ['ERR_WAYBILL_GUEST_MEMORY_LIMIT', 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  neverSettles: {
    source: () => 'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
    codes: ['ERR_WAYBILL_DEADLINE_EXCEEDED'],
  },
  floodsHost: {
    source: () => 'export default (_, { host }) => { for (;;) host.whoCalls(); }',
    codes: ['ERR_WAYBILL_HOST_CALL_LIMIT', 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  returnsTooMuch: {
    source: () => 'export default () => "x".repeat(2 ** 25)',
    codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', 'ERR_WAYBILL_GUEST_MEMORY_LIMIT'],
  },
  recurses: {
    source: () => 'export default function f() { f(); }',
    codes: ['ERR_WAYBILL_GUEST_THREW'],
  },
  // Nothing ends it but the end of its process. A program of its own each time: the second time one would be refused.
  wedges: {
    source: (number) =>
      `export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, ${number})`,
    codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
  },
};

/** Those that cost an isolate at most, by turns. */
export const tameKinds: readonly Exclude<HostileKind, 'wedges'>[] = [
  'loops',
  'allocates',
  'neverSettles',
  'floodsHost',
  'returnsTooMuch',
  'recurses',
];

// On a machine that is busy with all the others, a guest may be cut off before it had its cpu time; and one that had made
// host calls may lose its process, or its isolate, to another.
const unluckyCodes = [
  'ERR_WAYBILL_WORKER_UNRESPONSIVE',
  'ERR_WAYBILL_PROCESS_EXITED',
  'ERR_WAYBILL_ISOLATE_LOST',
];

/** A job that is hostile. */
export interface HostileJob {
  readonly spec: JobSpec & { readonly tenant: string };
  /** Those that it may end with. */
  readonly codes: readonly string[];
}

/** Makes a hostile job; jobs of one kind that wedge need numbers of their own. */
export function hostileJob(kind: HostileKind, number: number): HostileJob {
  const { source, codes } = hostilities[kind];
  return {
    spec: {
      // A tenant for each kind: what one of them does to its isolate is not what the next is to be judged by.
      tenant: `mallory-${kind}`,
      source: source(number),
      limits: { wallMs: 5_000, cpuMs: 120, memoryBytes: 16 * 2 ** 20 },
    },
    codes,
  };
}

/** Throws where an outcome is not what it must be. */
export function expectFailure({ ok, ...rest }: Outcome, { spec, codes }: HostileJob): void {
  const code = 'error' in rest ? rest.error.code : 'ok';
  const isExpected = [...codes, ...unluckyCodes].includes(code);
  if (ok || !isExpected) {
    throw new Error(`${spec.tenant}: expected ${codes.join(' or ')}, got ${code}`);
  }
}
