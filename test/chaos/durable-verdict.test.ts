import type { HistoryEvent } from '@waybill/protocol/http';
import { describe, expect, test } from 'vitest';
import { judgeEnd, type LoadJob } from './durable-jobs.ts';
import { judgeHistory } from './durable-verdict.ts';

const job: LoadJob = { label: 'one', tenant: 'acme', kind: 'echoes', traceId: 'abc' };

/** Each start begins the next attempt. */
function history(...kinds: HistoryEvent['kind'][]): HistoryEvent[] {
  let attempt = 0;
  return kinds.map((kind, index) => {
    if (kind === 'started') attempt += 1;
    const facts = kind === 'queued' ? {} : { attempt };
    return { seq: index + 1, at: '', kind, facts } as HistoryEvent;
  });
}

describe('the judge of the durable load', () => {
  test('finds nothing in what can happen', () => {
    const settledAt = 'then';
    const once = history('queued', 'started', 'log', 'host-call', 'settled');
    expect(judgeHistory(job, { attemptCount: 1, settledAt }, once)).toEqual([]);
    const again = history(
      'queued',
      'started',
      'returned',
      'started',
      'retrying',
      'started',
      'settled',
    );
    expect(judgeHistory(job, { attemptCount: 3, settledAt }, again)).toEqual([]);
    const never = history('queued', 'settled');
    expect(judgeHistory(job, { attemptCount: 0, settledAt }, never)).toEqual([]);
  });

  test.each([
    ['a job that settled twice', 1, history('queued', 'started', 'settled', 'settled')],
    ['a job that never settled', 1, history('queued', 'started')],
    ['an attempt that nobody began', 2, history('queued', 'started', 'settled')],
    ['an attempt without an end', 2, history('queued', 'started', 'started', 'settled')],
    [
      'an attempt with two ends',
      1,
      history('queued', 'started', 'returned', 'retrying', 'settled'),
    ],
    ['something after the end', 1, history('queued', 'started', 'settled', 'log')],
    ['a job that was queued twice', 1, history('queued', 'queued', 'started', 'settled')],
    [
      'an attempt that goes on after its end',
      2,
      history('queued', 'started', 'returned', 'log', 'started', 'settled'),
    ],
    [
      'an attempt that is not counted',
      1,
      history('queued', 'started', 'retrying', 'started', 'settled'),
    ],
    ['a gap', 1, history('queued', 'log', 'started', 'settled').toSpliced(1, 1)],
  ])('finds %s', (_what, attemptCount, events) => {
    expect(judgeHistory(job, { attemptCount, settledAt: 'then' }, events)).not.toEqual([]);
  });

  test('finds a job that was settled when it was looked at, and later again', () => {
    const seenEnd = { state: 'failed', attemptCount: 1, settledAt: 'then' } as const;
    const events = history('queued', 'started', 'settled');
    const now = { attemptCount: 1, settledAt: 'later' };
    expect(judgeHistory({ ...job, seenEnd }, now, events)).not.toEqual([]);
  });

  test('finds the value, the state and the trace of another job', () => {
    const resource = {
      id: '1',
      tenant: 'acme',
      state: 'succeeded',
      priority: 0,
      attemptCount: 1,
      submittedAt: '',
      startAfter: '',
      isCancelAsked: false,
      submittedTrace: '00-abc-1-01',
      outcome: { ok: true, value: ['one', 'one', 'acme'] },
    } as const;
    expect(judgeEnd(job, resource)).toEqual([]);
    const other = { ok: true, value: ['one', 'two', 'acme'] } as const;
    expect(judgeEnd(job, { ...resource, outcome: other })).toHaveLength(1);
    expect(judgeEnd(job, { ...resource, state: 'failed' })).toHaveLength(1);
    expect(judgeEnd(job, { ...resource, submittedTrace: '00-def-1-01' })).toHaveLength(1);
  });
});
