import { ContextVariable } from '@waybill/context';

/** Id of the request that a job belongs to. Goes with it to workers and is stored with durable jobs; guests do not see it. */
export const requestId: ContextVariable<string> = new ContextVariable({
  name: 'waybill.request',
  carry: { to: ['worker', 'queue'], maxBytes: 256 },
});

/**
 * Tenant that the running code acts for. It is not stored with durable jobs: whose job it is says the queue, and not what was
 * carried.
 */
export const tenantName: ContextVariable<string> = new ContextVariable({
  name: 'waybill.tenant',
  carry: { to: ['worker'], maxBytes: 256 },
});

/** A durable job and its attempt, by number. */
export interface AttemptId {
  readonly job: string;
  readonly attempt: number;
}

/** The attempt of a durable job that the running code belongs to: for logs. */
export const attemptId: ContextVariable<AttemptId> = new ContextVariable({
  name: 'waybill.attempt',
});
