import type { LimitOverrides, Limits } from './limits.ts';

/** How long an isolate lives and how many there are. */
export interface IsolateSettings {
  /**
   * Isolates one thread keeps, from 1 to 1024; the one unused for longest goes first.
   * @defaultValue 64
   */
  readonly maxPerThread: number;
  /**
   * Age, in ms, after which an isolate takes no new job; from 1 to 86_400_000.
   * @defaultValue 600_000
   */
  readonly maxAgeMs: number;
  /** Jobs after which an isolate takes no new one, from 1 to 1_000_000_000. @defaultValue 10_000 */
  readonly maxUses: number;
  /**
   * Part of its memory limit that an isolate may hold after a job and still take another; above 0,
   * at most 1. With `engine: 'realm'` the part of `realm.threadHeapBytes` that a thread may hold: one that keeps more is
   * replaced. @defaultValue 0.7
   */
  readonly maxHeapRatio: number;
  /** Isolates made ahead in each thread, from 0 to 64. @defaultValue 1 */
  readonly preparedPerThread: number;
}

/** How much may wait. */
export interface QueueSettings {
  /**
   * Jobs that wait for a worker at one moment, from 0 to 1_000_000; a job beyond is refused.
   * @defaultValue 10_000
   */
  readonly maxJobs: number;
}

/**
 * What holds the pool threads. `process`: supervised child processes; no guest can end or stop the submitting process.
 * `thread`: the submitting process itself, for guests that its operator trusts.
 */
export type Containment = 'process' | 'thread';

/**
 * What tenants never share. `tenant-isolate`: an isolate. `tenant-process`: a process either; one that served a tenant
 * is replaced before it serves another.
 */
export type Isolation = 'tenant-isolate' | 'tenant-process';

/**
 * What runs guests. `isolate`: isolated-vm, an isolate for each tenant, for code that nobody here wrote. `realm`: contexts of
 * `node:vm` in the heap of the pool thread, which all its guests share: for code that its operator trusts, without a native
 * addon.
 */
export type EngineName = 'isolate' | 'realm';

/** The threads of the `realm` engine; without meaning with `engine: 'isolate'`. */
export interface RealmSettings {
  /**
   * Heap of each pool thread, in bytes, which its guests and the host functions in it share; from 64 MiB to 64 GiB, rounded
   * up to whole MiB. A thread that uses it up ends, and is replaced; where that happens in too large a step, its process ends. On
   * Node.js 24, below 512 MiB, a guest that fills it mostly ends the process, not the thread: in 4 of 5 tries at 128 MiB, 5 of 5
   * at 256 MiB, 0 of 11 at 512 MiB. The option `--max-old-space-size` of Node.js goes before it with `containment: 'thread'`.
   * @defaultValue 512 MiB
   */
  readonly threadHeapBytes: number;
  /**
   * Whether errors of guests have stack frames. To format them, Node.js runs a function of its own on the stack of the
   * guest: one that exhausts the stack there catches an error of the host's realm. @defaultValue `false`
   */
  readonly stacks: boolean;
}

/** The pool processes; without meaning with `containment: 'thread'`. */
export interface ProcessSettings {
  /** Processes that serve jobs, each with all `threads`, from 1 to 64. @defaultValue 1 */
  readonly count: number;
  /**
   * Warm processes beside those, from 1 to 16: one takes over at once where another is lost, and jobs that may have
   * ended a process run there alone, up to three of them made up for by further ones. @defaultValue 1
   */
  readonly spares: number;
  /**
   * Resident memory of a process, in bytes, above which it is killed; from 128 MiB to 1 TiB. The heap limit of isolates is
   * a guideline for V8; this one is not. @defaultValue 2 GiB
   */
  readonly maxRssBytes: number;
  /**
   * File to which a line of JSON is appended for each process that was lost: a `CrashReport`.
   * @defaultValue none
   */
  readonly crashLog: string | undefined;
}

/** What one tenant may take. */
export interface TenantShare {
  /** Turns of the tenant for each turn of one with weight 1, while both wait; from 1 to 1_000. @defaultValue 1 */
  readonly weight: number;
  /** Jobs of the tenant that run at one moment, from 1 to 65_536. @defaultValue 65_536 */
  readonly maxRunning: number;
  /** Jobs of the tenant that wait at one moment, from 0 to 1_000_000. @defaultValue 5_000 */
  readonly maxQueued: number;
}

/** The shares of all tenants. */
export interface TenantSettings {
  /** The share of a tenant that is not named. */
  readonly default: TenantShare;
  /** Shares by name of tenant. @defaultValue none */
  readonly named: ReadonlyMap<string, TenantShare>;
}

/** The longest grace, in ms. A timer takes no more than 24 days, and fires at once for what is longer. */
export const maxGraceMs = 600_000;

/** The options of an orchestrator that are plain data, every one of them decided. */
export interface Settings {
  /** What holds the threads. @defaultValue `'process'` */
  readonly containment: Containment;
  /** What tenants never share; `'tenant-process'` needs `containment: 'process'`. @defaultValue `'tenant-isolate'` */
  readonly isolation: Isolation;
  readonly processes: ProcessSettings;
  /** What runs guests: the operator's choice, never a job's. @defaultValue `'isolate'` */
  readonly engine: EngineName;
  readonly realm: RealmSettings;
  readonly tenants: TenantSettings;
  /** Worker threads of each process, from 1 to 64. @defaultValue one less than there are cores, at least 1 */
  readonly threads: number;
  /**
   * Jobs one thread serves at once, from 1 to 1024; they interleave while they wait.
   * @defaultValue 16
   */
  readonly attemptsPerThread: number;
  readonly queue: QueueSettings;
  /** Limits of a job that asks for no others. */
  readonly limits: Limits;
  readonly isolates: IsolateSettings;
  /**
   * Time, in ms, that running jobs get when the orchestrator closes; from 0 to 600_000.
   * @defaultValue 1_000
   */
  readonly graceMs: number;
}

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * What a caller may give of the {@link Settings}; what is absent or `undefined` takes its default.
 */
export interface SettingsSpec {
  readonly containment?: Containment | undefined;
  readonly isolation?: Isolation | undefined;
  readonly processes?: Optional<ProcessSettings> | undefined;
  readonly engine?: EngineName | undefined;
  readonly realm?: Optional<RealmSettings> | undefined;
  readonly tenants?:
    | {
        readonly default?: Optional<TenantShare> | undefined;
        readonly named?: Readonly<Record<string, Optional<TenantShare>>> | undefined;
      }
    | undefined;
  readonly threads?: number | undefined;
  readonly attemptsPerThread?: number | undefined;
  readonly queue?: Optional<QueueSettings> | undefined;
  readonly limits?: LimitOverrides | undefined;
  readonly isolates?: Optional<IsolateSettings> | undefined;
  readonly graceMs?: number | undefined;
}
