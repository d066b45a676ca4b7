import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UpMessage } from './link-messages.ts';
import { readUpMessage } from './read-up-message.ts';

/** Reads a message as it would have come: a report is beside it. */
function read(message: unknown): UpMessage | undefined {
  const { report, ...rest } = Object(message) as Record<string, unknown>;
  if (rest['kind'] !== 'ran') return readUpMessage(message);
  const { settlement } = Object(report) as Record<string, unknown>;
  const { ok, value } = Object(settlement) as { ok?: unknown; value?: Record<string, string> };
  const { text = '', bytes = '' } = ok === true ? (value ?? {}) : {};
  const head = ok === true ? { ...Object(report), settlement: undefined } : report;
  return readUpMessage(rest, [bytes, JSON.stringify(head), text]);
}

const report = {
  settlement: { ok: true, value: { text: '1', bytes: '' } },
  logs: [{ seq: 0, atMs: 1, level: 'log', text: 'hello' }],
  hops: [{ kind: 'worker', where: 'thread 1', threadId: 1, context: [['a', 'b']], atMs: 1 }],
  usage: { startedMs: 1, cpuMs: 1, heapBytes: 1, hostCalls: 1, hostWaitMs: 1, logBytes: 1 },
  steps: { rebindMs: 1, runMs: 1 },
  escalation: 'wedge',
};

const messages = [
  { kind: 'joined', threadId: 1, workerFunctions: ['f'] },
  { kind: 'failing', threadId: 1 },
  { kind: 'failed', error: { name: 'Error', message: 'no' } },
  { kind: 'gone', threadId: 1, error: {} },
  { kind: 'gone', threadId: 1, error: {}, exhaustedBy: 1 },
  { kind: 'frame', threadId: 1, frame: null },
  { kind: 'ran', runId: 1, report },
  { kind: 'ran', runId: 1, report: { ...report, settlement: { ok: false, error: {} } } },
  { kind: 'refused', runId: 1, error: {} },
  { kind: 'beat', rssBytes: 1, epochMs: 0.5 },
];

test.each(messages)('$kind is read', (message) => {
  expect(read(message)).toEqual(message);
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
  ['logs that are no list', { kind: 'ran', runId: 1, report: { ...report, logs: {} } }],
  ['a hop without context', { kind: 'ran', runId: 1, report: { ...report, hops: [{}] } }],
  [
    'usage below nothing',
    { kind: 'ran', runId: 1, report: { ...report, usage: { ...report.usage, cpuMs: -1 } } },
  ],
  ['a time that is none', { kind: 'beat', rssBytes: 1, epochMs: JSON.parse('1e999') as number }],
  [
    'the step that only the submitting side takes',
    { kind: 'ran', runId: 1, report: { ...report, escalation: 'kill' } },
  ],
])('a message with %s is no message', (_what, message) => {
  expect(read(message)).toBeUndefined();
});

test('a report is read from the texts beside its message only, and a result in its head must be one', () => {
  expect(readUpMessage({ kind: 'ran', runId: 1, report })).toBeUndefined();
  const forged = { ...report, settlement: { ok: true, value: { text: 1, bytes: '' } } };
  const texts = ['', JSON.stringify(forged), ''];
  expect(readUpMessage({ kind: 'ran', runId: 1 }, texts)).toBeUndefined();
});

test('whatever the texts beside a message are, reading them does not throw', () => {
  const heads = fc.oneof(fc.json(), fc.string());
  fc.assert(
    fc.property(fc.array(heads), (texts) => {
      expect(readUpMessage({ kind: 'ran', runId: 1 }, texts)).toBeUndefined();
    }),
  );
});

test('a report has three texts beside its message, whatever is in two of them, and nothing else has any', () => {
  const { settlement: _, ...rest } = report;
  const head = JSON.stringify(rest);
  fc.assert(
    fc.property(fc.string(), fc.string(), (bytes, text) => {
      const settlement = { ok: true, value: { text, bytes } };
      const ran = { kind: 'ran', runId: 1 };
      const all = readUpMessage(ran, [bytes, head, text]);
      expect(all).toEqual({ ...ran, report: { ...rest, settlement } });
      expect(readUpMessage(ran, [bytes, head])).toBeUndefined();
      expect(readUpMessage(ran, [bytes, head, text, ''])).toBeUndefined();
      expect(readUpMessage({ kind: 'failing', threadId: 1 }, [text])).toBeUndefined();
    }),
  );
});

test('whatever JSON a process sends, reading it does not throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readUpMessage(value)));
});

/** The paths to all that a value consists of. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== 'object' || value === null) return own;
  const below = Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]));
  return [...own, ...below];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((each, key) => (each as Record<string, unknown>)[key], value);
}

/** The same value with something else at the path. */
function withValueAt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const changed = withValueAt(valueAt(value, [key]), rest, other);
  return Array.isArray(value)
    ? value.map((each: unknown, index) => (String(index) === key ? changed : each))
    : { ...(value as object), [key]: changed };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

// A frame may be anything, an error is checked where it is rebuilt, and a result comes as texts beside a head without settlement.
const isFree = /^frame$|error\.|settlement\.value/u;

const parts = messages.flatMap((message) =>
  pathsOf(message)
    .map((path) => ({ message, path, what: `${message.kind} with ${path.join('.')}` }))
    .filter(({ path }) => !isFree.test(path.join('.'))),
);

test.each(parts)('$what of another kind is no message', ({ message, path }) => {
  const kind = kindOf(valueAt(message, path));
  const isOptional = ['escalation', 'exhaustedBy', 'steps', 'settlement'].includes(
    path.at(-1) ?? '',
  );
  const others = ['text', 7, true, null, {}, ...(isOptional ? [] : [undefined])].filter(
    (other) => kindOf(other) !== kind,
  );
  const accepted = others.filter((other) => read(withValueAt(message, path, other)));
  expect(accepted).toEqual([]);
});
