import { expect, test } from 'vitest';
import type { HistoryEvent } from '@waybill/protocol/http';
import { toEventStream } from './event-stream.ts';

function eventAt(seq: number): HistoryEvent {
  const facts = { attempt: 1, seq, level: 'info', text: `line\n\n${seq}\u2028id: 9` } as const;
  return { seq, at: '2026-01-31T12:00:00.000Z', kind: 'log', facts };
}

async function* eventsTo(last: number): AsyncGenerator<HistoryEvent, void, undefined> {
  for (let seq = 1; seq <= last; seq += 1) yield eventAt(seq);
}

const never = new AbortController().signal;
const pace = { heartbeatMs: 60_000, retryMs: 500 };

test('a stream begins with how soon to come back, has a frame for each event and ends with them', async () => {
  const frames: string[] = [];
  for await (const frame of toEventStream(eventsTo(2), never, pace)) frames.push(frame);
  expect(frames).toStrictEqual([
    'retry: 500\n\n',
    `id: 1\nevent: log\ndata: ${JSON.stringify(eventAt(1))}\n\n`,
    `id: 2\nevent: log\ndata: ${JSON.stringify(eventAt(2))}\n\n`,
  ]);
});

test('text of a guest never ends a frame', async () => {
  for await (const frame of toEventStream(eventsTo(3), never, pace)) {
    expect(frame.match(/\n\n/g)).toHaveLength(1);
  }
});

test('an event is taken from its source only when the one before was read', async () => {
  let takenCount = 0;
  const source = eventsTo(1_000);
  const counted = {
    next: () => {
      takenCount += 1;
      return source.next();
    },
  };
  const frames = toEventStream(counted, never, pace);
  for (let readCount = 1; readCount <= 10; readCount += 1) {
    await frames.next();
    // The first frame is the one that says how soon to come back.
    expect(takenCount).toBe(readCount - 1);
  }
  await frames.return();
});

test('a silent source is covered by comments, and its next event is not lost', async () => {
  const { promise, resolve } = Promise.withResolvers<IteratorResult<HistoryEvent>>();
  const source = { next: () => promise };
  const frames = toEventStream(source, never, { heartbeatMs: 1, retryMs: 500 });
  await frames.next();
  expect(await frames.next()).toStrictEqual({ done: false, value: ': still here\n\n' });
  resolve({ done: false, value: eventAt(1) });
  // A comment that was due at the same moment may come first.
  let frame = await frames.next();
  while (frame.value === ': still here\n\n') frame = await frames.next();
  expect(frame.value).toContain('id: 1\n');
  await frames.return();
});

test('a stream that has to end ends without an error, and lets go of its source', async () => {
  const end = new AbortController();
  let isLetGo = false;
  async function* untilEnd(): AsyncGenerator<HistoryEvent, void, undefined> {
    try {
      yield eventAt(1);
      const { promise, resolve } = Promise.withResolvers<void>();
      end.signal.addEventListener('abort', () => resolve());
      await promise;
    } finally {
      isLetGo = true;
    }
  }
  const frames = toEventStream(untilEnd(), end.signal, pace);
  await frames.next();
  await frames.next();
  const next = frames.next();
  end.abort();
  expect(await next).toStrictEqual({ done: true, value: undefined });
  expect(isLetGo).toBe(true);
});

test('a failure of the source is a failure of the stream', async () => {
  const source = { next: () => Promise.reject(new Error('the database is away')) };
  const frames = toEventStream(source, never, pace);
  await frames.next();
  await expect(frames.next()).rejects.toThrow('the database is away');
});
