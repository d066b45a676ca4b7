import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUpMessage } from './read-up-message.ts';

const report = {
  settlement: { ok: true, value: { text: '1', bytes: '' } },
  logs: [{ seq: 0, atMs: 1, level: 'log', text: 'hello' }],
  hops: [{ kind: 'worker', where: 'thread 1', threadId: 1, context: [['a', 'b']], atMs: 1 }],
  usage: { startedMs: 1, cpuMs: 1, heapBytes: 1, hostCalls: 1, hostWaitMs: 1, logBytes: 1 },
  escalation: 'wedge',
};

const messages = [
  { kind: 'joined', threadId: 1, workerFunctions: ['f'] },
  { kind: 'failing', threadId: 1 },
  { kind: 'failed', error: { name: 'Error', message: 'no' } },
  { kind: 'gone', threadId: 1, error: {} },
  { kind: 'frame', threadId: 1, frame: null },
  { kind: 'ran', runId: 1, report },
  { kind: 'ran', runId: 1, report: { ...report, settlement: { ok: false, error: {} } } },
  { kind: 'refused', runId: 1, error: {} },
  { kind: 'beat', rssBytes: 1, epochMs: 0.5 },
];

test.each(messages)('$kind is read', (message) => {
  expect(readUpMessage(message)).toBe(message);
});

test.each([
  ['no object', 7],
  ['no kind', {}],
  ['a kind of the prototype', { kind: 'toString' }],
  ['a thread that is no number', { kind: 'failing', threadId: '1' }],
  ['a negative thread', { kind: 'failing', threadId: -1 }],
  ['a report without its parts', { kind: 'ran', runId: 1, report: {} }],
  [
    'a settlement that is neither',
    { kind: 'ran', runId: 1, report: { ...report, settlement: {} } },
  ],
  [
    'a value that is no parcel',
    { kind: 'ran', runId: 1, report: { ...report, settlement: { ok: true, value: 1 } } },
  ],
  ['logs that are no list', { kind: 'ran', runId: 1, report: { ...report, logs: {} } }],
  ['a hop without context', { kind: 'ran', runId: 1, report: { ...report, hops: [{}] } }],
  ['a time that is none', { kind: 'beat', rssBytes: 1, epochMs: JSON.parse('1e999') as number }],
  [
    'the step that only the submitting side takes',
    { kind: 'ran', runId: 1, report: { ...report, escalation: 'kill' } },
  ],
])('a message with %s is no message', (_what, message) => {
  expect(readUpMessage(message)).toBeUndefined();
});

test('whatever JSON a process sends, reading it does not throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readUpMessage(value)));
});

test('what is damaged anywhere is read whole or not at all', () => {
  const damaged = fc
    .record({ message: fc.constantFrom(...messages), value: fc.jsonValue() })
    .chain(({ message, value }) =>
      fc
        .record({ key: fc.constantFrom(...Object.keys(message)) })
        .map(({ key }) => ({ ...message, [key]: value })),
    );
  fc.assert(
    fc.property(damaged, (message) => {
      const read = readUpMessage(message);
      expect([undefined, message]).toContain(read);
    }),
  );
});
