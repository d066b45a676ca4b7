import type { JobSpec, Orchestrator, Outcome } from '@waybill/orchestrator';
import { type Seen, seenHere } from './expectation.ts';
import type { Batch } from './orders.ts';
import { type Draft, drafts, readProgram, tenants } from './tenants.ts';
import { inContextOf, tenantOf } from './variables.ts';

/** What the rules of every tenant return. */
export interface PricedBatch {
  /** The tenant as the guest saw it. */
  readonly tenant: string;
  /** Totals in minor units. */
  readonly orders: readonly {
    readonly order: string;
    readonly currency: string;
    readonly total: number;
  }[];
}

/** One job and all that its submitter came to know of it. */
export interface JobRecord {
  readonly batch: Batch;
  readonly outcome: Outcome<PricedBatch>;
  /** From submit to outcome, as the submitter's clock says. */
  readonly tookMs: number;
  /** What the submitter saw after `await run()`. */
  readonly seenAfter: Seen;
}

/** A draft, and what its submitter got. */
export interface DraftRecord extends JobRecord {
  readonly draft: Draft;
}

/** What jobs are submitted with. */
export interface Submitter {
  readonly waybill: Orchestrator;
  /** Cancels every job when it aborts. */
  readonly signal: AbortSignal;
}

/** Prices all batches at once, each as a job of its tenant, and resolves when all have settled. */
export async function priceOrders(
  submitter: Submitter,
  batches: readonly Batch[],
): Promise<readonly JobRecord[]> {
  const specs = new Map<string, JobSpec>();
  for (const { name, rule, deployed } of tenants) {
    const program = await readProgram(rule);
    if (deployed) await submitter.waybill.deploy({ name: 'price', tenant: name, ...program });
    specs.set(name, deployed ? { function: 'price' } : program);
  }
  return Promise.all(
    batches.map((batch) => runJob(submitter, batch, specs.get(tenantOf(batch.id)) ?? {})),
  );
}

/** Runs each draft on the first lines of its tenant, in an isolate of its own. */
export async function runDrafts(
  submitter: Submitter,
  batches: readonly Batch[],
): Promise<readonly DraftRecord[]> {
  return Promise.all(
    drafts.map(async (draft): Promise<DraftRecord> => {
      const { batch: id, rule, limits } = draft;
      const program = await readProgram(rule);
      const lines = batches.find((batch) => tenantOf(batch.id) === tenantOf(id))?.lines ?? [];
      const spec: JobSpec = { ...program, limits, reuse: 'never' };
      return { draft, ...(await runJob(submitter, { id, lines }, spec)) };
    }),
  );
}

/** Submits one job in the context of its batch. */
function runJob(
  { waybill, signal }: Submitter,
  { id, lines }: Batch,
  spec: JobSpec,
): Promise<JobRecord> {
  return inContextOf(id, async () => {
    const startedMs = performance.now();
    const outcome = await waybill.run<PricedBatch>(
      { ...spec, id, tenant: tenantOf(id), input: { batch: id, lines }, trail: true },
      { signal },
    );
    const tookMs = performance.now() - startedMs;
    return { batch: { id, lines }, outcome, tookMs, seenAfter: seenHere() };
  });
}
