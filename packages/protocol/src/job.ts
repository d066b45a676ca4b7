import type { LimitOverrides, Limits } from './limits.ts';

/**
 * What the source is. `module`: an ES module whose default export is the entry function. `expression`:
 * one expression, `await` allowed, whose value is the result; `input`, `host`, `context`, `signal` and
 * `log` are in scope.
 */
export type SourceType = 'module' | 'expression';

/**
 * What a job may find left in its isolate. `never`: a fresh isolate. `tenant`: a fresh realm in the
 * tenant's isolate. Isolates are never shared between tenants.
 */
export type Reuse = 'never' | 'tenant';

/** What a caller may submit. Exactly one of `source` and `function` is given. */
export interface JobSpec {
  /**
   * 1 to 128 characters of `[A-Za-z0-9._:-]`, unique among the jobs that have not settled.
   * @defaultValue a fresh id
   */
  readonly id?: string | undefined;
  /**
   * Owner of the job: unit of fairness and of isolation. 1 to 128 characters of `[A-Za-z0-9._:-]`.
   * @defaultValue `'default'`
   */
  readonly tenant?: string | undefined;
  /** JavaScript. */
  readonly source?: string | undefined;
  /** Name of a deployed function of the same tenant. */
  readonly function?: string | undefined;
  /** Only with `source`. @defaultValue `'module'` */
  readonly sourceType?: SourceType | undefined;
  /** Specifier to source: all that the guest can import. Only with `source`. @defaultValue `{}` */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  /**
   * First argument of the guest function. Any value that a parcel can carry.
   * @defaultValue `undefined`
   */
  readonly input?: unknown;
  /**
   * Replaces the limits of the host, and of the deployed function, field by field.
   * @defaultValue `{}`
   */
  readonly limits?: LimitOverrides | undefined;
  /** @defaultValue `'tenant'` */
  readonly reuse?: Reuse | undefined;
  /**
   * Whether the outcome lists each border the job crossed and the context seen there.
   * @defaultValue `false`
   */
  readonly trail?: boolean | undefined;
  /**
   * From -100 to 100: which of its tenant's waiting jobs goes first; the highest does. It gains nothing over other tenants.
   * @defaultValue 0
   */
  readonly priority?: number | undefined;
  /**
   * Whether the job may run again after what ran it was lost (its process, its thread, or the isolate that it shares),
   * even if it had made host calls: up to four attempts, never past its deadline. One that had made none is run again in
   * any case.
   * @defaultValue what the deployed function says; `false` with `source`
   */
  readonly rerunnable?: boolean | undefined;
}

/** What a caller may deploy: source under a name, to be run by many jobs. */
export interface FunctionSpec {
  /** 1 to 128 characters of `[A-Za-z0-9._:-]`, unique within the tenant. */
  readonly name: string;
  /** Same rule as the tenant of a job. @defaultValue `'default'` */
  readonly tenant?: string | undefined;
  /** JavaScript. */
  readonly source: string;
  /** @defaultValue `'module'` */
  readonly sourceType?: SourceType | undefined;
  /** Specifier to source: all that the guest can import. @defaultValue `{}` */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  /**
   * Replaces the limits of the host, field by field; the job's own replace these.
   * @defaultValue `{}`
   */
  readonly limits?: LimitOverrides | undefined;
  /** Whether its jobs may run again, as the field of the same name of a job says. @defaultValue `false` */
  readonly rerunnable?: boolean | undefined;
}

/** Guest source as it crosses to a worker. */
export interface Program {
  readonly source: string;
  readonly sourceType: SourceType;
  /** Pairs of specifier and source: never an object whose keys come from outside. */
  readonly modules: readonly (readonly [specifier: string, source: string])[];
}

/** What a parsed job asks to run: its own program, or a deployed function by name. */
export type JobTarget =
  | { readonly kind: 'program'; readonly program: Program }
  | { readonly kind: 'function'; readonly name: string };

/**
 * A job spec that was checked, every default filled in but the two that only the orchestrator
 * knows: the id and the limits.
 */
export interface ParsedJob {
  /** As submitted; `undefined` asks for a fresh one. */
  readonly id: string | undefined;
  readonly tenant: string;
  readonly target: JobTarget;
  /** As submitted, the same reference: it is checked when it is packed into a parcel. */
  readonly input: unknown;
  readonly limits: LimitOverrides;
  readonly reuse: Reuse;
  readonly trail: boolean;
  readonly priority: number;
  /** As submitted; `undefined` leaves it to the function. */
  readonly rerunnable: boolean | undefined;
}

/** A job that is ready to be admitted: its program looked up, its id and limits decided. */
export interface Job {
  readonly id: string;
  readonly tenant: string;
  readonly program: Program;
  /** Name of the deployed function, or `undefined` for a job that brought its own source. */
  readonly functionName: string | undefined;
  readonly input: unknown;
  readonly limits: Limits;
  readonly reuse: Reuse;
  readonly trail: boolean;
  readonly priority: number;
  readonly rerunnable: boolean;
}

/** A function spec that was checked, every default filled in. */
export interface DeployedFunction {
  readonly name: string;
  readonly tenant: string;
  readonly program: Program;
  readonly limits: LimitOverrides;
  readonly rerunnable: boolean;
}
