import type { FunctionSpec } from '../job.ts';

/** A version of a deployed function. Names have at most 100 characters, so that a version fits behind them. */
export interface StoredFunction {
  readonly tenant: string;
  readonly name: string;
  /** 1, 2, 3 and so on for each source, limits or other field that is new. */
  readonly version: number;
  /** SHA-256 of the spec, in hex: a spec that is the same as the last one deployed is no new version. */
  readonly hash: string;
  /** In ms since 1970. */
  readonly deployedAtMs: number;
  /** The whole spec. */
  readonly spec: FunctionSpec;
}
