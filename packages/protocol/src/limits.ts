import type { ErrorCode } from './error-codes.ts';

/** Enforced maxima of one job. Every field is a whole number in the unit its name says. */
export interface Limits {
  /**
   * From submit to settle, in ms: queue wait, computing, awaits and host calls together.
   * @defaultValue 5_000
   */
  readonly wallMs: number;
  /** Computing time of guest code, in ms, over all turns of the job. @defaultValue 1_000 */
  readonly cpuMs: number;
  /**
   * Heap of the isolate and the ArrayBuffers it holds, in bytes. Shared by the tenant's jobs where they share an isolate.
   * Bounds nothing with `engine: 'realm'`, where guests share `realm.threadHeapBytes`.
   * @defaultValue 67_108_864 (64 MiB)
   */
  readonly memoryBytes: number;
  /**
   * The source and all modules with their specifiers together, in UTF-8 bytes.
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly sourceBytes: number;
  /** The encoded input, in UTF-8 bytes. @defaultValue 8_388_608 (8 MiB) */
  readonly inputBytes: number;
  /** The encoded result, in UTF-8 bytes. @defaultValue 8_388_608 (8 MiB) */
  readonly resultBytes: number;
  /**
   * The encoded arguments of one host call, and its encoded reply, in UTF-8 bytes each.
   * @defaultValue 8_388_608 (8 MiB)
   */
  readonly hostCallBytes: number;
  /** Host calls of the whole job. @defaultValue 10_000 */
  readonly hostCalls: number;
  /** Host calls that wait for their reply at one moment. @defaultValue 64 */
  readonly concurrentHostCalls: number;
  /**
   * Log text that is kept, in UTF-8 bytes; the rest is dropped and a marker says so.
   * @defaultValue 65_536 (64 KiB)
   */
  readonly logBytes: number;
  /** Log lines that are kept; the rest is dropped and a marker says so. @defaultValue 1_000 */
  readonly logLines: number;
  /** Timers pending at one moment. @defaultValue 64 */
  readonly timers: number;
  /** Nesting of any value that crosses a border. @defaultValue 128 */
  readonly depth: number;
  /**
   * Jobs inside each other: how deep host functions of jobs may run further jobs, the outermost counted.
   * @defaultValue 8
   */
  readonly jobDepth: number;
}

/** Some limits; a field that is absent or `undefined` leaves the one below it in force. */
export type LimitOverrides = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** What the table says about one limit. */
export interface LimitEntry {
  /** What the number counts. */
  readonly unit: 'ms' | 'bytes' | 'calls' | 'lines' | 'timers' | 'levels';
  /** Value where nobody says otherwise. */
  readonly default: number;
  /** Smallest value that may be asked for. */
  readonly min: number;
  /** Largest value that may be asked for. */
  readonly max: number;
  /** The attack, or accident, that the limit stops. */
  readonly defends: string;
  /** Codes a job fails with at this limit; empty where it only truncates. */
  readonly codes: readonly ErrorCode[];
}

const KiB = 1024;
const MiB = 1024 * KiB;
const dayMs = 86_400_000;

/** Every limit: its unit, its range, its default and why it exists. */
export const limitTable: { readonly [Name in keyof Limits]: LimitEntry } = {
  wallMs: {
    unit: 'ms',
    default: 5_000,
    min: 1,
    max: dayMs,
    defends: 'A guest that waits without end would hold a slot, and its caller, for ever.',
    codes: [
      'ERR_WAYBILL_DEADLINE_EXCEEDED',
      'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
      'ERR_WAYBILL_QUEUE_DEADLINE',
    ],
  },
  cpuMs: {
    unit: 'ms',
    default: 1_000,
    min: 1,
    max: dayMs,
    defends: 'An endless loop would take a core away from every other tenant.',
    codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT'],
  },
  memoryBytes: {
    unit: 'bytes',
    default: 64 * MiB,
    // The addon accepts no smaller heap.
    min: 8 * MiB,
    max: 4096 * MiB,
    defends: 'A growing array would exhaust the memory of the whole process.',
    codes: ['ERR_WAYBILL_GUEST_MEMORY_LIMIT'],
  },
  sourceBytes: {
    unit: 'bytes',
    default: MiB,
    min: 1,
    max: 64 * MiB,
    defends: 'Parsing is work that happens before any other limit of the job counts.',
    codes: ['ERR_WAYBILL_PAYLOAD_TOO_LARGE'],
  },
  inputBytes: {
    unit: 'bytes',
    default: 8 * MiB,
    min: 1,
    max: 256 * MiB,
    defends: 'A queue of large inputs would exhaust the memory of the submitting process.',
    codes: ['ERR_WAYBILL_PAYLOAD_TOO_LARGE'],
  },
  resultBytes: {
    unit: 'bytes',
    default: 8 * MiB,
    min: 1,
    max: 256 * MiB,
    defends:
      'A result is copied out of the isolate, into memory that its heap limit does not count.',
    codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'],
  },
  hostCallBytes: {
    unit: 'bytes',
    default: 8 * MiB,
    min: 1,
    max: 256 * MiB,
    defends: 'Arguments and replies are copied into memory that the heap limit does not count.',
    codes: ['ERR_WAYBILL_HOST_CALL_TOO_LARGE', 'ERR_WAYBILL_HOST_RESULT_TOO_LARGE'],
  },
  hostCalls: {
    unit: 'calls',
    default: 10_000,
    min: 0,
    max: 10_000_000,
    defends: 'A loop over a host function would load the database behind it without end.',
    codes: ['ERR_WAYBILL_HOST_CALL_LIMIT'],
  },
  concurrentHostCalls: {
    unit: 'calls',
    default: 64,
    min: 1,
    max: 10_000,
    defends:
      'Calls that are not awaited would pile up in the host and use every connection at once.',
    codes: ['ERR_WAYBILL_HOST_CALL_LIMIT'],
  },
  logBytes: {
    unit: 'bytes',
    default: 64 * KiB,
    min: 0,
    max: 16 * MiB,
    defends: 'A job that logs without end would fill the memory of the host.',
    codes: [],
  },
  logLines: {
    unit: 'lines',
    default: 1_000,
    min: 0,
    max: 1_000_000,
    defends: 'Many empty lines cost the host objects and events that their bytes do not show.',
    codes: [],
  },
  timers: {
    unit: 'timers',
    default: 64,
    min: 0,
    max: 10_000,
    defends: 'Guest timers are timers of the host; millions would slow its event loop.',
    codes: ['ERR_WAYBILL_TIMER_LIMIT'],
  },
  depth: {
    unit: 'levels',
    default: 128,
    min: 1,
    max: 1_000,
    defends: 'A deeply nested value would overflow the stack of whoever walks it.',
    codes: [
      'ERR_WAYBILL_NOT_CARRIABLE',
      'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE',
      'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
      'ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE',
    ],
  },
  jobDepth: {
    unit: 'levels',
    default: 8,
    min: 1,
    max: 64,
    defends:
      'A guest whose host function runs jobs could have them run itself again, until all places wait for each other.',
    codes: ['ERR_WAYBILL_JOB_DEPTH'],
  },
};

/** The limits of a job that says nothing, under a host that says nothing. */
export const defaultLimits: Limits = Object.freeze({
  wallMs: limitTable.wallMs.default,
  cpuMs: limitTable.cpuMs.default,
  memoryBytes: limitTable.memoryBytes.default,
  sourceBytes: limitTable.sourceBytes.default,
  inputBytes: limitTable.inputBytes.default,
  resultBytes: limitTable.resultBytes.default,
  hostCallBytes: limitTable.hostCallBytes.default,
  hostCalls: limitTable.hostCalls.default,
  concurrentHostCalls: limitTable.concurrentHostCalls.default,
  logBytes: limitTable.logBytes.default,
  logLines: limitTable.logLines.default,
  timers: limitTable.timers.default,
  depth: limitTable.depth.default,
  jobDepth: limitTable.jobDepth.default,
});

/**
 * Lays overrides over a base: what the override leaves out, or sets to `undefined`, stays as in the
 * base. It does not check ranges; `parseLimits` does, where the values come in.
 *
 * @returns a frozen object: the base itself, if it is frozen, where nothing is laid over it
 */
export function resolveLimits(base: Limits, override: LimitOverrides): Limits {
  const given = Object.entries(override).filter(([, value]) => value !== undefined);
  if (given.length === 0 && Object.isFrozen(base)) return base;
  return Object.freeze({ ...base, ...Object.fromEntries(given) });
}
