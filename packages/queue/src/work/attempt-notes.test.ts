import { expect, test } from 'vitest';
import { AttemptNotes } from './attempt-notes.ts';

const call = { name: 'users.get', side: 'worker', ok: true, tookMs: 1 } as const;

test('notes keep their order, name their attempt and stay until they are written', () => {
  const notes = new AttemptNotes('job', 3);
  notes.add('log', { seq: 0, level: 'info', text: 'one' }, 10);
  notes.add('host-call', call, 20);
  expect(notes.waiting).toEqual([
    {
      jobId: 'job',
      attempt: 3,
      number: 1,
      kind: 'log',
      facts: { attempt: 3, seq: 0, level: 'info', text: 'one' },
      atMs: 10,
    },
    {
      jobId: 'job',
      attempt: 3,
      number: 2,
      kind: 'host-call',
      facts: { attempt: 3, ...call },
      atMs: 20,
    },
  ]);
  notes.written(1);
  expect(notes.waiting.map(({ kind }) => kind)).toEqual(['host-call']);
  expect(notes.omitted()).toEqual([]);
});

test('of the host calls of an attempt the first 1,000 are kept and the others counted, also when many were written', () => {
  const notes = new AttemptNotes('job', 1);
  const kept = Array.from({ length: 1_005 }, () => {
    notes.written(1);
    return notes.add('host-call', call, 1);
  });
  expect(kept.filter(Boolean)).toHaveLength(1_000);
  expect(notes.add('log', { seq: 0, level: 'info', text: 'still kept' }, 1)).toBe(true);
  expect(notes.omitted()).toMatchObject([{ kind: 'omitted', facts: { attempt: 1, count: 5 } }]);
});

test('nothing is noted after the lease was lost', () => {
  const notes = new AttemptNotes('job', 1);
  notes.add('host-call', call, 1);
  notes.close();
  expect(notes.add('host-call', call, 2)).toBe(false);
  expect([...notes.waiting, ...notes.omitted()]).toEqual([]);
});
