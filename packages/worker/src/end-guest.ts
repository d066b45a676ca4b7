import { type EscalationStep, type Rung, climb } from '@waybill/protocol';
import type { GuestJob, IsolateState } from '@waybill/sandbox';
import type { RealmLease } from './realm-lease.ts';

/**
 * Waits until the guest of a job that has settled computes no more, and sees to it that it does: a turn that does not
 * end by itself is cut off, then loses its isolate, then is given up. One that only waits is not waited for.
 *
 * @returns the last step that it took to end the guest; `undefined` where it ended by itself
 */
export async function endGuest(
  job: GuestJob,
  lease: RealmLease,
): Promise<EscalationStep | undefined> {
  if (!job.isComputing) return job.cutBy;
  await climb(rungsFor(job, lease), job.quiet());
  return stepToState[lease.realm.isolate.state] ?? job.cutBy;
}

/** Gives the realm back once no turn of the job is left, behind other jobs' turns either. */
export async function giveBackWhenIdle(job: GuestJob, lease: RealmLease): Promise<void> {
  const isIdle = job.idle().then(() => true);
  if (!(await Promise.race([isIdle, job.overdue.then(() => false)]))) {
    await climb(rungsFor(job, lease), job.idle());
  }
  lease.release(job.cutBy !== undefined);
}

// A guest may have ended between two steps: what became of its isolate tells which was the last that it felt.
const stepToState: { readonly [State in IsolateState]: EscalationStep | undefined } = {
  open: undefined,
  lost: undefined,
  disposed: 'dispose',
  wedged: 'wedge',
};

function rungsFor(job: GuestJob, lease: RealmLease): readonly Rung[] {
  const { isolate } = lease.realm;
  const interrupt = (): void => {
    // The limit of its turn does it. Who settled by itself is let finish; with the others nobody new should share.
    if (job.endedBy === 'cut-in') lease.retire();
  };
  const dispose = (): void => {
    lease.retire();
    void isolate.dispose();
  };
  return [
    { step: 'interrupt', take: interrupt },
    { step: 'dispose', take: dispose },
    { step: 'wedge', take: () => isolate.giveUp() },
  ];
}
