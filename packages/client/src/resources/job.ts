import { durableJobStates, type DurableJob, type ErrorCode } from '@waybill/protocol';
import { Fields, present } from '../fields.ts';
import { readDurableOutcome } from './outcome.ts';

/** A durable job as lists show it: without its outcome. */
export interface ListedJob extends Omit<DurableJob, 'outcome'> {
  /** Of the error that it settled with. */
  readonly errorCode?: ErrorCode;
}

/** Reads a durable job. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readJob(body: unknown): DurableJob {
  const fields = new Fields(body, 'job');
  return present<DurableJob>({
    ...readFacts(fields),
    outcome: fields.optional('outcome', (name) => readDurableOutcome(fields.fields(name))),
  });
}

/** Reads an item of a list of durable jobs. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readListedJob(item: unknown, path: string): ListedJob {
  const fields = new Fields(item, path);
  return present<ListedJob>({
    ...readFacts(fields),
    errorCode: fields.optionalText('errorCode') as ErrorCode | undefined,
  });
}

function readFacts(fields: Fields): Omit<DurableJob, 'outcome'> {
  return present<Omit<DurableJob, 'outcome'>>({
    id: fields.text('id'),
    tenant: fields.text('tenant'),
    state: fields.word('state', durableJobStates),
    function: fields.optionalText('function'),
    version: fields.optionalNumber('version'),
    schedule: fields.optionalText('schedule'),
    priority: fields.number('priority'),
    attemptCount: fields.number('attemptCount'),
    submittedAtMs: fields.timeMs('submittedAt'),
    startAfterMs: fields.timeMs('startAfter'),
    startedAtMs: fields.optionalTimeMs('startedAt'),
    settledAtMs: fields.optionalTimeMs('settledAt'),
    forgottenAtMs: fields.optionalTimeMs('forgottenAt'),
    isCancelAsked: fields.flag('isCancelAsked'),
    idempotencyKey: fields.optionalText('idempotencyKey'),
    submittedTrace: fields.optionalText('submittedTrace'),
  });
}
