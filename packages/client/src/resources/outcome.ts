import {
  escalationLadder,
  makeError,
  type Bill,
  type DurableOutcome,
  type ErrorCode,
  type EscalationStep,
  type Hop,
  type HopKind,
  type JsonValue,
  type LogLevel,
  type LogLine,
  type Outcome,
  type WaybillError,
} from '@waybill/protocol';
import { decodeValue, type Result } from '@waybill/protocol/http';
import { badAnswer } from '../bad-answer.ts';
import { Fields, isRecord, present } from '../fields.ts';

/** Levels of a log line, the least severe first. */
export const logLevels: readonly LogLevel[] = ['debug', 'log', 'info', 'warn', 'error'];

const hopKinds: readonly HopKind[] = ['submit', 'worker', 'isolate', 'host call', 'back'];
const steps = Object.keys(escalationLadder) as readonly EscalationStep[];

/** Reads how a job that was run at once settled. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readOutcome(body: unknown): Outcome {
  const fields = new Fields(body, 'outcome');
  return {
    ...readResult(fields),
    jobId: fields.text('jobId'),
    tenant: fields.text('tenant'),
    logs: fields.list('logs', readLogLine),
    bill: readBill(fields.fields('bill')),
    ...present<Pick<Outcome, 'escalation' | 'attemptCount' | 'trail'>>({
      escalation: readEscalation(fields),
      attemptCount: fields.optionalNumber('attemptCount'),
      trail: fields.optional('trail', (name) => fields.list(name, readHop)),
    }),
  };
}

/** Reads how a durable job settled. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readDurableOutcome(fields: Fields): DurableOutcome {
  return {
    ...readResult(fields),
    ...present<Pick<DurableOutcome, 'escalation' | 'bill'>>({
      bill: fields.optional('bill', (name) => readBill(fields.fields(name))),
      escalation: readEscalation(fields),
    }),
  };
}

/** Reads one border that a job crossed. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readHop(value: unknown, path: string): Hop {
  const fields = new Fields(value, path);
  return present<Hop>({
    kind: fields.word('kind', hopKinds),
    where: fields.text('where'),
    threadId: fields.number('threadId'),
    realmId: fields.optionalText('realmId'),
    name: fields.optionalText('name'),
    context: fields.list('context', readPair),
    atMs: fields.number('atMs'),
    tookMs: fields.optionalNumber('tookMs'),
  });
}

function readResult(fields: Fields): Result {
  if (!fields.flag('ok')) return { ok: false, error: readError(fields.fields('error')) };
  const parcel = fields.optionalText('valueParcel');
  // It was read from JSON.
  const value = fields.raw('value') as JsonValue | undefined;
  return { ok: true, value: decodeValue({ value, parcel }, 'ERR_WAYBILL_BAD_ANSWER') };
}

function readError(fields: Fields): WaybillError {
  const details = fields.raw('details');
  const guest = fields.optionalText('guestStack');
  // A code of a later version becomes an internal error that keeps it.
  return makeError(fields.text('code') as ErrorCode, fields.text('message'), {
    details: isRecord(details) ? details : {},
    stackOf: guest === undefined ? {} : { guest },
  });
}

function readLogLine(value: unknown, path: string): LogLine {
  const fields = new Fields(value, path);
  return {
    seq: fields.number('seq'),
    atMs: fields.number('atMs'),
    level: fields.word('level', logLevels),
    text: fields.text('text'),
  };
}

function readBill(fields: Fields): Bill {
  return {
    queueMs: fields.number('queueMs'),
    wallMs: fields.number('wallMs'),
    cpuMs: fields.number('cpuMs'),
    heapBytes: fields.number('heapBytes'),
    hostCalls: fields.number('hostCalls'),
    hostWaitMs: fields.number('hostWaitMs'),
    logBytes: fields.number('logBytes'),
  };
}

function readEscalation(fields: Fields): EscalationStep | undefined {
  return fields.optional('escalation', (name) => fields.word(name, steps));
}

function readPair(value: unknown, path: string): readonly [string, string] {
  const [name, text] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof name === 'string' && typeof text === 'string') return [name, text];
  throw badAnswer(`${path} is no pair of texts`, { path });
}
