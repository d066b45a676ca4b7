import type { SourceType } from '../job.ts';
import type { LimitOverrides } from '../limits.ts';

/** A function that is to be deployed under the name in the address. */
export interface FunctionRequest {
  /** JavaScript. */
  readonly source: string;
  /** @defaultValue `'module'` */
  readonly sourceType?: SourceType | undefined;
  /** Specifier to source: all that the guest can import. @defaultValue `{}` */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  readonly limits?: LimitOverrides | undefined;
  /** @defaultValue `false` */
  readonly rerunnable?: boolean | undefined;
}

/** A version of a deployed function, as lists show it. */
export interface FunctionSummary {
  readonly tenant: string;
  readonly name: string;
  /** 1, 2, 3 and so on for each spec that is new. */
  readonly version: number;
  /** SHA-256 of the spec, in hex. */
  readonly hash: string;
  /** RFC 3339. */
  readonly deployedAt: string;
}

/** A version of a deployed function. */
export interface FunctionResource extends FunctionSummary {
  readonly source: string;
  readonly sourceType: SourceType;
  readonly modules: Readonly<Record<string, string>>;
  readonly limits: LimitOverrides;
  readonly rerunnable: boolean;
}
