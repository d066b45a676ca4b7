import {
  type HostCallEnded,
  type LogLine,
  type Parcel,
  type RecycleReason,
  makeError,
} from '@waybill/protocol';

/*
 * What a pool thread may say. With containment by process a guest may have taken its process over, and then anything comes
 * from there: what reaches operators' listeners and host functions has the shape that it must have.
 */

type Fields = Readonly<Record<string, unknown>>;

const levels: readonly unknown[] = ['debug', 'log', 'info', 'warn', 'error'];
const reasons: readonly unknown[] = ['age', 'use', 'heap', 'idle', 'lost'];

/** Longest name, reason or tenant that is taken, in characters. */
const maxNameChars = 1_024;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isTime = (value: unknown): value is number => Number.isFinite(value);

function refuse(what: string): never {
  throw makeError('ERR_WAYBILL_RPC_REFUSED', `expected ${what} from a pool thread`);
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkId(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : refuse('an id');
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkName(value: unknown): string {
  return typeof value === 'string' && value.length <= maxNameChars ? value : refuse('a name');
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkReason(value: unknown): RecycleReason {
  return reasons.includes(value) ? (value as RecycleReason) : refuse('a reason');
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkParcel(value: unknown): Parcel {
  if (!isFields(value)) return refuse('a parcel');
  const { text, bytes } = value;
  return typeof text === 'string' && typeof bytes === 'string'
    ? { text, bytes }
    : refuse('a parcel');
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkLine(value: unknown): LogLine {
  if (!isFields(value)) return refuse('a log line');
  const { seq, atMs, level, text } = value;
  const isLine = isTime(seq) && isTime(atMs) && levels.includes(level) && typeof text === 'string';
  return isLine ? { seq, atMs, level: level as LogLine['level'], text } : refuse('a log line');
}

/** @throws `ERR_WAYBILL_RPC_REFUSED` */
export function checkEnded(value: unknown): HostCallEnded {
  if (!isFields(value)) return refuse('the end of a host call');
  const { name, tookMs, ok } = value;
  return isTime(tookMs) && typeof ok === 'boolean'
    ? { name: checkName(name), tookMs, ok }
    : refuse('the end of a host call');
}
