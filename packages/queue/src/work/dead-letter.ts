import { ContextSnapshot } from '@waybill/context';
import {
  type DurableJob,
  type ErrorJson,
  type WaybillError,
  isWaybillError,
  readParcel,
} from '@waybill/protocol';
import type { NewJob } from '../accept/new-job.ts';
import { makeOwnKey } from '../accept/own-key.ts';
import { prepareJob } from '../accept/prepare-job.ts';
import type { QueueOffice } from '../queue-office.ts';
import { jobFromRow } from '../tables/job-row.ts';
import { parcelFromText } from '../tables/parcel-text.ts';
import { specFromText } from '../tables/stored-spec.ts';
import { isPassing } from './is-passing.ts';
import { type LeasedJob, restoreContext } from './leased-job.ts';

/** What the dead letter function of a job gets as input: its record, its error as `JSON.stringify` shows it, and its input. */
type FailedJobRecord = Omit<DurableJob, 'outcome'> & {
  readonly state: 'failed';
  readonly outcome: { readonly ok: false; readonly error: ErrorJson };
  /** Absent where it would make the record too large. */
  readonly input?: unknown;
};

/**
 * Prepares the job that hears of the failure of `job`, in the context that was stored with it. To be inserted in the transaction
 * that settles the job.
 *
 * @throws what is wrong with the database and may be right a little later
 * @returns `undefined` if the job names no dead letter function, or it cannot be called, which the office is told of
 */
export async function prepareDeadLetter(
  office: QueueOffice,
  job: LeasedJob,
  error: WaybillError,
): Promise<NewJob | undefined> {
  try {
    const { deadLetter } = specFromText(job.spec);
    if (deadLetter === undefined) return undefined;
    const record = recordOf(job, error);
    const context = contextOf(office, job);
    const prepare = (input: FailedJobRecord): Promise<NewJob> => {
      const ownKey = makeOwnKey('dead-letter', job.id, job.attemptCount);
      const spec = { tenant: job.tenant, function: deadLetter, input };
      return context.run(prepareJob, office, spec, { ownKey });
    };
    try {
      return await prepare({ ...record, input: readParcel(parcelFromText(job.input)) });
    } catch (thrown) {
      if (!isWaybillError(thrown) || thrown.code !== 'ERR_WAYBILL_PAYLOAD_TOO_LARGE') throw thrown;
      return await prepare(record);
    }
  } catch (thrown) {
    if (isPassing(thrown)) throw thrown;
    // The job has failed all the same, and must be settled.
    office.onError(thrown);
    return undefined;
  }
}

function recordOf(job: LeasedJob, error: WaybillError): FailedJobRecord {
  return { ...jobFromRow(job), state: 'failed', outcome: { ok: false, error: error.toJSON() } };
}

function contextOf(office: QueueOffice, job: LeasedJob): ContextSnapshot {
  try {
    return restoreContext(office, job);
  } catch (thrown) {
    office.onError(thrown);
    return ContextSnapshot.root;
  }
}
