import type { ParcelHooks, Primordials, ReadParcel, WriteParcel } from '@waybill/protocol';

/**
 * What the kit tells the host, through the one hidden callback: `send(kind, jobKey, id, n, a, b)`, only numbers
 * and strings. `a` and `b` are the text and the bytes of a parcel unless said; `n` is 0 unless said.
 */
export type GuestMessageKind =
  /** The program's modules were evaluated. */
  | 'loaded'
  /** They were not: `a` is a described error. */
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
  /** Wake timer `id` after `n` milliseconds. */
  | 'timer-set'
  | 'timer-cleared'
  /** What the guest sees of its context, for the trail: `a` is JSON. */
  | 'seen';

/** Sends one message to the host. */
export type SendToHost = (
  kind: GuestMessageKind,
  jobKey: number,
  id: number,
  n: number,
  a: string,
  b: string,
) => void;

/** What the host asks of the kit: `enter(kind, jobKey, id, n, a, b, ...extra)`. */
export type HostMessageKind =
  /** Open a job: `a`, `b` are its input, the first extra argument its {@link JobSettings} as JSON. */
  | 'start'
  /** Evaluate a program: `a` is its {@link ModuleShape}s as JSON, extra arguments are its module functions. */
  | 'load'
  /** Host call `id` returned the parcel `a`, `b`. */
  | 'resolve'
  /** Host call `id` failed: `a` is the error as JSON. */
  | 'reject'
  /** Call guest callback `n`: `id` numbers this call, the parcel holds the arguments. */
  | 'callback'
  /** Timer `id` is due. */
  | 'wake'
  /** The job's signal fires with the reason in `a`. */
  | 'abort'
  /** The job is over: whatever it left behind is dead from now on. */
  | 'end';

/** The kit's only door: a trusted function of the realm that the host calls with a time limit. */
export type EnterGuest = (
  kind: HostMessageKind,
  jobKey: number,
  id: number,
  n: number,
  a: string,
  b: string,
  ...extra: unknown[]
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
  /** Whether to report what the guest sees. */
  readonly trail: boolean;
}

/** How a module is linked; see `program/transform-module.ts`. */
export interface ModuleShape {
  readonly specifier: string;
  readonly exportNames: readonly string[];
  /** Static imports in order of appearance; `names` are the bindings that must exist. */
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[] }[];
  /** `export * from` these. */
  readonly stars: readonly string[];
}

/** A thrown value in words; everything in it is cut to length inside the guest. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  /** A code of ours, where the kit itself made the error; no guest can set it. */
  readonly kitCode?: string;
  /** The host call whose failure this error is, where the guest let it through. */
  readonly hostCallId?: number;
  readonly cause?: DescribedError;
}

/** One job as the kit sees it. Guest code never holds this object, only closures over it. */
export interface KitJob {
  readonly key: number;
  readonly settings: JobSettings;
  settled: boolean;
  readonly calls: Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >;
  readonly callbacks: Map<number, (...args: unknown[]) => unknown>;
  callCount: number;
  callbackCount: number;
  timerCount: number;
  logLineCount: number;
  logChars: number;
  abort: (reason: string) => void;
}

/** What the parts of the kit share. */
export interface KitTools {
  readonly primordials: Primordials;
  readonly write: WriteParcel;
  readonly read: ReadParcel;
  readonly hooks: ParcelHooks;
  readonly send: SendToHost;
  readonly NativeProxy: ProxyConstructor;
  /** Makes an error with a code of ours, recognisable as such when it comes back. */
  readonly kitError: (code: string, message: string) => Error;
  readonly describe: (thrown: unknown) => string;
  /** Calls one of two functions when a value, promise or thenable is settled; neither may throw. */
  readonly subscribe: (
    value: unknown,
    ok: (value: unknown) => void,
    fail: (error: unknown) => void,
  ) => void;
  /** Adds a line to a job's log, as far as its limits let it; the host cuts exactly, in bytes. */
  readonly logLine: (job: KitJob | undefined, level: number, text: string) => void;
  /** Calls guest code that nobody waits for: what it throws becomes a line of the current job's log. */
  readonly attempt: (what: string, fn: (...args: never[]) => unknown, args: unknown[]) => void;
  /** The job whose turn it is. Only logs and timers may go by it: it is a good guess, not an identity. */
  readonly currentJob: () => KitJob | undefined;
}
