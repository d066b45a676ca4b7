import type { EngineJob } from '../engine/engine.ts';

/** A checked submission, as the tables and the engine take it. */
export interface NewJob extends Omit<EngineJob, 'startAfterMs'> {
  /** `undefined`: at once. */
  readonly startAfterMs: number | undefined;
  readonly functionName: string | undefined;
  readonly functionVersion: number | undefined;
  readonly scheduleName: string | undefined;
  /** The column `spec`: a `StoredSpec`. */
  readonly spec: string;
  /** The column `input`: a parcel. */
  readonly input: string;
  /** The column `context`: sealed. */
  readonly context: string;
  readonly submittedTrace: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** What the same key must come with; only with a key. */
  readonly requestHash: string | undefined;
  readonly keepSeconds: number;
}
