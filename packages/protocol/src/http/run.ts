import type { JsonValue } from '../error-wire.ts';
import type { Reuse, SourceType } from '../job.ts';
import type { LimitOverrides } from '../limits.ts';

/**
 * A job that is to be run. Exactly one of `source` and `function` is given, and at most one of `input` and `inputParcel`:
 * without either the input is `undefined`. The tenant comes from the credentials.
 */
export interface RunRequest {
  /** JavaScript. */
  readonly source?: string | undefined;
  /** Name of a deployed function. */
  readonly function?: string | undefined;
  /** Version of the function. @defaultValue the one deployed last */
  readonly version?: number | undefined;
  /** Only with `source`. @defaultValue `'module'` */
  readonly sourceType?: SourceType | undefined;
  /** Specifier to source; only with `source`. @defaultValue `{}` */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  /** First argument of the guest function, where JSON can hold it. */
  readonly input?: JsonValue | undefined;
  /** The same as a parcel, for what JSON cannot hold. */
  readonly inputParcel?: string | undefined;
  readonly limits?: LimitOverrides | undefined;
  /** @defaultValue `'tenant'` */
  readonly reuse?: Reuse | undefined;
  /** Whether to list each border the job crossed. @defaultValue `false` */
  readonly trail?: boolean | undefined;
  /** From -100 to 100. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** @defaultValue what the deployed function says; `false` with `source` */
  readonly rerunnable?: boolean | undefined;
}

/** A run of the deployed function that the address names. */
export type FunctionRunRequest = Omit<RunRequest, 'source' | 'sourceType' | 'modules' | 'function'>;
