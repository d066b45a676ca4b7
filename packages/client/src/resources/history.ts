import {
  historyKinds,
  type ErrorCode,
  type HistoryEntry,
  type HistoryFacts,
  type HistoryKind,
} from '@waybill/protocol';
import { Fields, present } from '../fields.ts';
import { logLevels, readHop } from './outcome.ts';

type Reader<Kind extends HistoryKind> = (facts: Fields) => HistoryFacts[Kind];

const readers: { readonly [Kind in HistoryKind]: Reader<Kind> } = {
  queued: (facts) => ({ startAfterMs: facts.timeMs('startAfter') }),
  started: (facts) => ({
    attempt: facts.number('attempt'),
    executor: facts.text('executor'),
    trace: facts.text('trace'),
  }),
  log: (facts) => ({
    attempt: facts.number('attempt'),
    seq: facts.number('seq'),
    level: facts.word('level', logLevels),
    text: facts.text('text'),
  }),
  'host-call': (facts) => ({
    attempt: facts.number('attempt'),
    name: facts.text('name'),
    side: facts.word('side', ['submitter', 'worker']),
    ok: facts.flag('ok'),
    tookMs: facts.number('tookMs'),
  }),
  hop: (facts) => ({ attempt: facts.number('attempt'), hop: readHop(facts.raw('hop'), 'hop') }),
  omitted: (facts) => ({ attempt: facts.number('attempt'), count: facts.number('count') }),
  retrying: (facts) => ({
    attempt: facts.number('attempt'),
    code: facts.text('code') as ErrorCode,
    startAfterMs: facts.timeMs('startAfter'),
  }),
  returned: (facts) => ({
    attempt: facts.number('attempt'),
    reason: facts.word('reason', ['lost', 'handed back']),
  }),
  'cancel-asked': (facts) => ({ reason: facts.text('reason') }),
  redriven: (facts) => ({ attempt: facts.number('attempt') }),
  settled: (facts) =>
    present<HistoryFacts['settled']>({
      attempt: facts.number('attempt'),
      state: facts.word('state', ['succeeded', 'failed', 'cancelled']),
      code: facts.optionalText('code') as ErrorCode | undefined,
    }),
};

/** An entry of a job's history, or only its place in it where it is of a kind that a later version knows. */
export type ReadEntry = HistoryEntry | { readonly seq: number; readonly kind: undefined };

/** Reads the data of one event of a job's stream. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readHistoryEntry(data: unknown): ReadEntry {
  const fields = new Fields(data, 'event');
  const seq = fields.number('seq');
  const name = fields.text('kind');
  const kind = historyKinds.find((each) => each === name);
  if (kind === undefined) return { seq, kind };
  const facts = readers[kind](fields.fields('facts'));
  // The compiler does not see that kind and facts belong together.
  return { seq, atMs: fields.timeMs('at'), kind, facts } as HistoryEntry;
}
