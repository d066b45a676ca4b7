import {
  type AttemptReport,
  errorToWire,
  makeError,
  parcelLimits,
  defaultLimits,
  writeParcel,
} from '@waybill/protocol';
import { expect, test } from 'vitest';
import { makeMessage, valueOf } from '../open-pool.fixture.ts';
import type { JoinedThread } from '../threads.ts';
import type { DownMessage } from './link-messages.ts';
import { RemoteThreads } from './remote-threads.ts';

const source = 'export default () => 1';

/** Remote threads over a link of which both ends are the test's. */
function openLink(threadCount = 2) {
  const sent: DownMessage[] = [];
  const joined: JoinedThread[] = [];
  const heard: string[] = [];
  const listener = {
    joined: (thread: JoinedThread) => void joined.push(thread),
    failing: (threadId: number) => void heard.push(`failing ${threadId}`),
    failed: (error: unknown) => void heard.push(String(error)),
  };
  const threads = new RemoteThreads((message) => void sent.push(message), listener, threadCount);
  const join = (threadId: number): boolean =>
    threads.receive({ kind: 'joined', threadId, workerFunctions: [] });
  const gone: string[] = [];
  const watch = (): void => {
    for (const thread of joined) {
      thread.onGone(({ error, exhaustedBy }) => {
        const blamed = exhaustedBy === undefined ? '' : `, by ${exhaustedBy}`;
        gone.push(`${thread.threadId}: ${error.message}${blamed}`);
      });
    }
  };
  return { threads, sent, joined, heard, gone, join, watch };
}

function reportOf(value: unknown): AttemptReport {
  const limits = parcelLimits(defaultLimits, 1_000);
  const used = { cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };
  return {
    settlement: { ok: true, value: writeParcel(value, limits) },
    usage: { startedMs: 0, ...used },
    logs: [],
    hops: [],
  };
}

const lost = makeError('ERR_WAYBILL_PROCESS_EXITED', 'the process is gone');

test('each run gets its own report, in whatever order they come', async () => {
  const { threads, sent, join } = openLink();
  join(1);
  const [first, second] = [
    threads.run(1, makeMessage(source)),
    threads.run(1, makeMessage(source)),
  ];
  expect(sent).toMatchObject([
    { kind: 'run', runId: 1, threadId: 1 },
    { kind: 'run', runId: 2, threadId: 1 },
  ]);
  threads.receive({ kind: 'ran', runId: 2, report: reportOf('second') });
  threads.receive({ kind: 'ran', runId: 1, report: reportOf('first') });
  expect([valueOf(await first), valueOf(await second)]).toEqual(['first', 'second']);
});

test('a report that comes twice, or after a refusal, changes nothing', async () => {
  const { threads, join } = openLink();
  join(1);
  const ran = threads.run(1, makeMessage(source));
  const refused = threads.run(1, makeMessage(source));
  const error = errorToWire(makeError('ERR_WAYBILL_INTERNAL', 'it was refused'));
  threads.receive({ kind: 'ran', runId: 1, report: reportOf('first') });
  let readCount = 0;
  const second = {
    ...reportOf('second'),
    get usage() {
      readCount += 1;
      return reportOf('second').usage;
    },
  };
  expect(threads.receive({ kind: 'ran', runId: 1, report: second })).toBe(true);
  expect(readCount).toBe(0);
  threads.receive({ kind: 'refused', runId: 1, error });
  threads.receive({ kind: 'refused', runId: 2, error });
  threads.receive({ kind: 'ran', runId: 2, report: reportOf('too late') });
  expect(valueOf(await ran)).toBe('first');
  await expect(refused).rejects.toMatchObject({ message: 'it was refused' });
});

test('a report of a run that nobody asked for settles no other', async () => {
  const { threads, join } = openLink();
  join(1);
  const running = threads.run(1, makeMessage(source));
  for (const runId of [0, 2, 4_711]) {
    expect(threads.receive({ kind: 'ran', runId, report: reportOf('forged') })).toBe(true);
    threads.receive({ kind: 'refused', runId, error: errorToWire(lost) });
  }
  threads.receive({ kind: 'ran', runId: 1, report: reportOf('its own') });
  expect(valueOf(await running)).toBe('its own');
});

test('a frame reaches the session of its thread, and that of an unknown thread none', () => {
  const { threads, joined, join } = openLink();
  join(1);
  join(2);
  const frames: unknown[] = [];
  for (const { threadId, port } of joined) {
    port.on('message', (frame: unknown) => void frames.push([threadId, frame]));
  }
  for (const threadId of [2, 3]) {
    expect(threads.receive({ kind: 'frame', threadId, frame: { id: threadId } })).toBe(true);
  }
  expect(frames).toEqual([[2, { id: 2 }]]);
});

test('a thread that joins a second time, or is one too many, is no thread, and its process lies', () => {
  const { joined, join } = openLink(2);
  expect([join(1), join(1), join(2), join(3)]).toEqual([true, false, true, false]);
  expect(joined.map(({ threadId }) => threadId)).toEqual([1, 2]);
});

test('a thread that is gone is mourned once, and makes room for another', () => {
  const { threads, gone, join, watch } = openLink(1);
  join(1);
  watch();
  const error = errorToWire(makeError('ERR_WAYBILL_WORKER_EXITED', 'it exited'));
  for (const threadId of [1, 1, 2]) threads.receive({ kind: 'gone', threadId, error });
  expect(gone).toEqual(['1: it exited']);
  expect(join(2)).toBe(true);
});

test('what a process says of the attempt that used the heap of a thread up is passed on', () => {
  const { threads, gone, join, watch } = openLink();
  join(1);
  watch();
  const error = errorToWire(makeError('ERR_WAYBILL_WORKER_EXITED', 'it ran out of memory'));
  threads.receive({ kind: 'gone', threadId: 1, error, exhaustedBy: 7 });
  expect(gone).toEqual(['1: it ran out of memory, by 7']);
});

test('the order to end a thread goes to its process', () => {
  const { sent, joined, join } = openLink();
  join(1);
  joined[0]?.terminate();
  expect(sent).toEqual([{ kind: 'terminate', threadId: 1 }]);
});

test('with the process every run fails and every thread ends, once; nothing comes after', async () => {
  const { threads, sent, joined, gone, join, watch } = openLink();
  join(1);
  join(2);
  watch();
  const runs = [threads.run(1, makeMessage(source)), threads.run(2, makeMessage(source))];
  const failed = Promise.allSettled(runs);
  threads.lose(lost);
  threads.lose(makeError('ERR_WAYBILL_PROCESS_EXITED', 'a second time'));
  threads.receive({ kind: 'ran', runId: 1, report: reportOf('too late') });
  threads.receive({ kind: 'gone', threadId: 1, error: errorToWire(lost) });
  expect(await failed).toEqual([
    { status: 'rejected', reason: lost },
    { status: 'rejected', reason: lost },
  ]);
  expect(gone).toEqual(['1: the process is gone', '2: the process is gone']);
  await expect(threads.run(1, makeMessage(source))).rejects.toBe(lost);
  expect(sent).toHaveLength(2);
  expect(join(3)).toBe(true);
  expect(joined).toHaveLength(2);
});
