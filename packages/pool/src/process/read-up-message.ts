import { openReport } from '@waybill/protocol';
import type { UpMessage } from './link-messages.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isCountOrNone: Check = (value) => value === undefined || isCount(value);
const isTime: Check = (value) => Number.isFinite(value);
const isAmount: Check = (value) => isTime(value) && Number(value) >= 0;
const isAnything: Check = () => true;
const isNames: Check = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
const isText: Check = (value) => typeof value === 'string';
const isTextOrNone: Check = (value) => value === undefined || isText(value);
const levels: readonly unknown[] = ['debug', 'log', 'info', 'warn', 'error'];
const isParcel: Check = (value) =>
  isFields(value) && isText(value['text']) && isText(value['bytes']);

const isSettlement: Check = (value) =>
  isFields(value) &&
  (value['ok'] === true
    ? isParcel(value['value'])
    : value['ok'] === false && isFields(value['error']));

const usageFields = ['cpuMs', 'heapBytes', 'hostCalls', 'hostWaitMs', 'logBytes'];
const stepFields = ['rebindMs', 'runMs'];
const escalations: readonly unknown[] = [undefined, 'interrupt', 'dispose', 'wedge'];

const isReport: Check = (value) =>
  isFields(value) &&
  isSettlement(value['settlement']) &&
  isLines(value['logs']) &&
  isHops(value['hops']) &&
  escalations.includes(value['escalation']) &&
  hasTimes(value['usage'], ['startedMs']) &&
  hasAmounts(value['usage'], usageFields) &&
  (value['steps'] === undefined || hasAmounts(value['steps'], stepFields));

const hasTimes = (value: unknown, names: readonly string[]): boolean =>
  isFields(value) && names.every((name) => isTime(value[name]));

const hasAmounts = (value: unknown, names: readonly string[]): boolean =>
  isFields(value) && names.every((name) => isAmount(value[name]));

const isLines: Check = (value) =>
  Array.isArray(value) &&
  value.every(
    (line) =>
      hasTimes(line, ['seq', 'atMs']) && levels.includes(line['level']) && isText(line['text']),
  );

const isHop: Check = (hop) =>
  hasTimes(hop, ['threadId', 'atMs']) &&
  isFields(hop) &&
  ['kind', 'where'].every((name) => isText(hop[name])) &&
  ['name', 'realmId'].every((name) => isTextOrNone(hop[name])) &&
  (hop['tookMs'] === undefined || isAmount(hop['tookMs'])) &&
  isContext(hop['context']);

const isHops: Check = (value) => Array.isArray(value) && value.every(isHop);

const isContext: Check = (value) =>
  Array.isArray(value) && value.every((pair) => isNames(pair) && pair.length === 2);

const checksOf: { readonly [Kind in UpMessage['kind']]: Readonly<Record<string, Check>> } = {
  joined: { threadId: isCount, workerFunctions: isNames },
  failing: { threadId: isCount },
  failed: { error: isFields },
  gone: { threadId: isCount, error: isFields, exhaustedBy: isCountOrNone },
  frame: { threadId: isCount, frame: isAnything },
  holder: { threadId: isCount, attemptId: isCount },
  ran: { runId: isCount, report: isReport },
  refused: { runId: isCount, error: isFields },
  beat: { rssBytes: isCount, epochMs: isTime },
};

// Listed once: it is done for every message.
const checks = new Map(
  Object.entries(checksOf).map(([kind, fields]) => [kind, Object.entries(fields)] as const),
);

/** Texts of the envelope of a report. */
const reportTextCount = 3;

/**
 * Reads what a pool process sent. Never throws.
 *
 * @param texts - beside the message: those of the envelope of a report
 * @returns undefined for what is no message
 */
export function readUpMessage(
  received: unknown,
  texts: readonly string[] = [],
): UpMessage | undefined {
  if (!isFields(received)) return undefined;
  const { kind } = received;
  const fields = typeof kind === 'string' ? checks.get(kind) : undefined;
  if (texts.length !== (kind === 'ran' ? reportTextCount : 0)) return undefined;
  const message = kind === 'ran' ? withReport(received, texts) : received;
  const isRead = fields?.every(([name, check]) => check(message?.[name])) === true;
  return isRead ? (message as UpMessage) : undefined;
}

function withReport({ kind, runId }: Fields, texts: readonly string[]): Fields | undefined {
  const [bytes = '', head = '', text = ''] = texts;
  try {
    return { kind, runId, report: openReport({ head, text, bytes }) };
  } catch {
    // No report: the check of that says so.
    return undefined;
  }
}
