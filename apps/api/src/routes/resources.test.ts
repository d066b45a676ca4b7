import { describe, expect, test } from 'vitest';
import {
  type DurableJob,
  type HistoryEntry,
  type Outcome,
  historyKinds,
  makeError,
} from '@waybill/protocol';
import { httpSchemas } from '@waybill/protocol/http';
import { createValidator } from '../validation/validator.ts';
import {
  toFunctionResource,
  toFunctionSummary,
  toHistoryEvent,
  toJobResource,
  toJobSummary,
  toOutcomeResource,
  toPage,
  toScheduleResource,
  toScheduleSummary,
} from './resources.ts';

const validator = createValidator({ schemas: httpSchemas.map((schema) => ({ ...schema })) });

/** As the client gets it, checked against the schema that the document shows. */
function sent(name: string, resource: unknown): unknown {
  const message: unknown = JSON.parse(JSON.stringify(resource));
  expect([validator.validate(name, message), validator.errors]).toStrictEqual([true, null]);
  return message;
}

const atMs = Date.UTC(2026, 0, 31, 12);
const at = '2026-01-31T12:00:00.000Z';
const id = '0192f0c1-7f2a-7c3e-8a5b-6d7e8f901234';
const trace = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
const bill = {
  queueMs: 0.5,
  wallMs: 12,
  cpuMs: 1,
  heapBytes: 1_000,
  hostCalls: 0,
  hostWaitMs: 0,
  logBytes: 4,
};
const error = makeError('ERR_WAYBILL_GUEST_THREW', 'no', {
  stackOf: { guest: 'at guest:1:1', host: '/srv/x' },
});

const job: DurableJob = {
  id,
  tenant: 'acme',
  state: 'failed',
  function: 'f',
  version: 2,
  schedule: 'nightly',
  priority: -5,
  attemptCount: 2,
  submittedAtMs: atMs,
  startAfterMs: atMs,
  startedAtMs: atMs,
  settledAtMs: atMs,
  forgottenAtMs: atMs,
  isCancelAsked: true,
  idempotencyKey: 'k',
  submittedTrace: trace,
  outcome: { ok: false, error, bill, escalation: 'interrupt' },
};

test('an outcome has its value, or its error without what the host keeps to itself', () => {
  const facts = {
    jobId: 'j',
    tenant: 'acme',
    logs: [{ seq: 0, atMs: 1, level: 'info', text: 'x' }],
    bill,
    attemptCount: 2,
    trail: [{ kind: 'worker', where: 'thread 1', threadId: 1, context: [['a', 'b']], atMs: 1 }],
  } as const;
  const good: Outcome = { ok: true, value: { at: 1 }, ...facts };
  expect(sent('Outcome', toOutcomeResource(good))).toMatchObject({ ok: true, value: { at: 1 } });
  const bad: Outcome = { ok: false, error, ...facts };
  const answer = sent('Outcome', toOutcomeResource(bad));
  expect(answer).toMatchObject({ error: { code: error.code, guestStack: 'at guest:1:1' } });
  expect(JSON.stringify(answer)).not.toContain('/srv/x');
});

test('a durable job has moments for people and its outcome; a list has the code alone', () => {
  expect(sent('Job', toJobResource(job))).toMatchObject({
    submittedAt: at,
    startAfter: at,
    startedAt: at,
    settledAt: at,
    forgottenAt: at,
    outcome: { ok: false, error: { code: 'ERR_WAYBILL_GUEST_THREW' }, escalation: 'interrupt' },
  });
  const { outcome: _outcome, ...facts } = job;
  const listed = { ...facts, errorCode: error.code };
  const page = toPage({ items: [listed], next: 'more' }, toJobSummary);
  expect(sent('JobSummaryPage', page)).toMatchObject({
    items: [{ id, errorCode: 'ERR_WAYBILL_GUEST_THREW' }],
    next: 'more',
  });
  expect(page.items[0]).not.toHaveProperty('outcome');
});

test('a durable job that waits has none of what comes later', () => {
  const { id: jobId, tenant, priority, submittedAtMs, startAfterMs } = job;
  const facts = { attemptCount: 0, submittedAtMs, startAfterMs, isCancelAsked: false };
  const waiting: DurableJob = { id: jobId, tenant, priority, state: 'queued', ...facts };
  expect(Object.keys(sent('Job', toJobResource(waiting)) as object).toSorted()).toStrictEqual([
    'attemptCount',
    'id',
    'isCancelAsked',
    'priority',
    'startAfter',
    'state',
    'submittedAt',
    'tenant',
  ]);
});

describe('each kind of history entry is an event of its schema', () => {
  const facts: {
    readonly [Kind in HistoryEntry['kind']]: Extract<HistoryEntry, { kind: Kind }>['facts'];
  } = {
    queued: { startAfterMs: atMs },
    started: { attempt: 1, executor: 'machine-1', trace },
    log: { attempt: 1, seq: 0, level: 'warn', text: 'x' },
    'host-call': { attempt: 1, name: 'users.get', side: 'submitter', ok: true, tookMs: 1.5 },
    hop: { attempt: 1, hop: { kind: 'back', where: 'here', threadId: 0, context: [], atMs: 2 } },
    omitted: { attempt: 1, count: 5 },
    retrying: { attempt: 1, code: 'ERR_WAYBILL_WORKER_EXITED', startAfterMs: atMs },
    returned: { attempt: 1, reason: 'handed back' },
    'cancel-asked': { reason: 'no longer needed' },
    redriven: { attempt: 1 },
    settled: { attempt: 2, state: 'failed', code: 'ERR_WAYBILL_GUEST_THREW' },
  };
  test.each(historyKinds)('%s', (kind) => {
    const entry = { seq: 3, atMs, kind, facts: facts[kind] } as HistoryEntry;
    const event = sent('HistoryEvent', toHistoryEvent(entry));
    expect(event).toMatchObject({ seq: 3, at, kind });
    expect(JSON.stringify(event)).not.toContain('startAfterMs');
  });
});

test('a function has its source where one is asked for, and not in lists', () => {
  const stored = {
    tenant: 'acme',
    name: 'f',
    version: 1,
    hash: 'a'.repeat(64),
    deployedAtMs: atMs,
    spec: { name: 'f', tenant: 'acme', source: '1' },
  };
  expect(sent('Function', toFunctionResource(stored))).toMatchObject({ source: '1', limits: {} });
  expect(sent('FunctionSummary', toFunctionSummary(stored))).not.toHaveProperty('source');
});

test('a schedule has its job with an input that JSON can hold', () => {
  const schedule = {
    name: 's',
    tenant: 'acme',
    cron: '* * * * *',
    timezone: 'UTC',
    isPaused: false,
    createdAtMs: atMs,
    nextAtMs: [atMs],
    job: { function: 'f', input: { at: new Date(0) } },
  };
  expect(sent('Schedule', toScheduleResource(schedule))).toMatchObject({
    next: [at],
    function: 'f',
    job: { function: 'f', inputParcel: expect.any(String) },
  });
  expect(sent('ScheduleSummary', toScheduleSummary(schedule))).not.toHaveProperty('job');
});
