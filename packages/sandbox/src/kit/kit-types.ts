/**
 * What the kit tells the host, through the one hidden callback: `send(kind, jobKey, id, n, a, b)`, only numbers
 * and strings. `a` and `b` are the text and the bytes of a parcel unless said; `n` is 0 unless said.
 */
export type GuestMessageKind =
  /** The program's modules were evaluated and its entry function was found. */
  | 'loaded'
  /** They were not, or it was not: `a` is a described error. */
  | 'load-failed'
  /** The entry function returned: `a`, `b` are its result. */
  | 'returned'
  /** It threw, or its result cannot cross: `a` is a described error. */
  | 'threw'
  /** A host call, numbered `id`, of the host function with index `n`: the parcel holds its arguments. */
  | 'call'
  /** The host's call of a guest callback, numbered `id`, returned. */
  | 'callback-returned'
  /** It threw: `a` is a described error. */
  | 'callback-threw'
  /** A log line: `n` is the level's index in `logLevels`, `a` the text. */
  | 'log'
  /** Wake timer `id` after `n` ms: `a` is `once`, or `every` for an interval, which says `again` for its next time. */
  | 'timer-set'
  | 'timer-cleared'
  /** The guest's view of its context was made, for the trail; what is in it the host knows. */
  | 'seen';

/** One message of the kit in the order in which it crosses: kind, jobKey, id, n, a, b. */
export type GuestMessage = [
  kind: GuestMessageKind,
  jobKey: number,
  id: number,
  n: number,
  a: string,
  b: string,
];

/** Sends one message to the host. */
export type SendToHost = (...message: GuestMessage) => void;

/** What the host asks of the kit: `enter(kind, jobKey, id, n, a, b, ...extra)`. */
export type HostMessageKind =
  /** Open a job: `a`, `b` are its input, the first extra argument its {@link JobSettings} as JSON. */
  | 'start'
  /** Evaluate a program: `a` is its {@link ModuleShape}s as JSON, extra arguments are its module functions. */
  | 'load'
  /** Host call `id` returned the parcel `a`, `b`. */
  | 'resolve'
  /** Host call `id` failed: `a` is name, message and code (or null) as JSON. */
  | 'reject'
  /** Call guest callback `n`: `id` numbers this call, the parcel holds the arguments. */
  | 'callback'
  /** Timer `id` is due. */
  | 'wake'
  /** A promise was rejected with the first extra argument, and nobody handled it. */
  | 'stray'
  /** The job's signal fires with the reason in `a`. */
  | 'abort'
  /** The job is over: whatever it left behind is dead from now on. */
  | 'end';

/** The kit's only door: a trusted function of the realm that the host calls with a time limit. */
export type EnterGuest = (
  kind: HostMessageKind,
  ...message: [jobKey: number, id: number, n: number, a: string, b: string, ...extra: unknown[]]
) => void;

/** What a realm is made for; fixed when its kit is evaluated. */
export interface KitSettings {
  /** Names of all host functions a guest may call, dots making namespaces. */
  readonly hostFunctionNames: readonly string[];
}

/** What one job may do and see. */
export interface JobSettings {
  readonly maxChars: { readonly result: number; readonly hostCall: number; readonly log: number };
  readonly maxDepth: number;
  readonly hostCalls: number;
  readonly concurrentHostCalls: number;
  readonly timers: number;
  readonly logLines: number;
  /** The guest-visible context as pairs of name and JSON text. */
  readonly context: readonly (readonly [string, string])[];
  /** Whether to report that the guest's view of its context was made. */
  readonly trail: boolean;
}

/** What an export of a module is: its own binding, or one of another module (`name` absent: the namespace). */
export interface ExportShape {
  readonly name: string;
  readonly from?: { readonly specifier: string; readonly name?: string };
}

/** How a module is linked; see `program/transform-module.ts`. */
export interface ModuleShape {
  readonly specifier: string;
  readonly exports: readonly ExportShape[];
  /** Static imports in order of appearance; `names` are the bindings that must exist. */
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[] }[];
  /** `export * from` these. */
  readonly stars: readonly string[];
  /** Whether evaluation may wait for something. */
  readonly awaits: boolean;
}

/** The codes of errors that the kit itself makes. */
export const kitErrorCodes = [
  'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
  'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND',
  'ERR_WAYBILL_GUEST_NO_ENTRY',
  'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE',
  'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE',
  'ERR_WAYBILL_GUEST_SYNTAX',
  'ERR_WAYBILL_HOST_CALL_LIMIT',
  'ERR_WAYBILL_HOST_CALL_TOO_LARGE',
  'ERR_WAYBILL_HOST_FUNCTION_UNKNOWN',
  'ERR_WAYBILL_JOB_ENDED',
  'ERR_WAYBILL_TIMER_LIMIT',
] as const;

/** One of {@link kitErrorCodes}. */
export type KitErrorCode = (typeof kitErrorCodes)[number];

/** A thrown value in words; everything in it is cut to length inside the guest. */
export interface DescribedError {
  name: string;
  readonly message: string;
  stack: string;
  code?: string;
  /** A code of ours, where the kit itself made the error; no guest can set it. */
  kitCode?: KitErrorCode | undefined;
  /** The host call whose failure this error is, where the guest let it through. */
  hostCallId?: number | undefined;
  cause?: DescribedError;
}
