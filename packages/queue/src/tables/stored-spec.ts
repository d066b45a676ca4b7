import type { JobSpec, RetryPolicy } from '@waybill/protocol';

/** What the column `spec` of a job holds: all that was asked for and has no column of its own. */
export interface StoredSpec {
  /** For the orchestrator, together with the tenant and the input. */
  readonly job: Omit<JobSpec, 'id' | 'tenant' | 'input'>;
  /** The whole policy. */
  readonly retry: RetryPolicy;
  /** Name of the deployed function that hears of the failure. */
  readonly deadLetter?: string | undefined;
}

/** Writes a spec for its column. */
export function specToText(spec: StoredSpec): string {
  return JSON.stringify(spec);
}

/** Reads what {@link specToText} wrote. */
export function specFromText(stored: string): StoredSpec {
  return JSON.parse(stored) as StoredSpec;
}
