import { JobContext } from '@waybill/context';
import {
  type AttemptReport,
  defaultLimits,
  errorFromWire,
  errorToWire,
  makeError,
  readParcel,
} from '@waybill/protocol';
import { deferred, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { makeMessage } from './attempt-message.fixture.ts';
import { runAttempt } from './run-attempt.ts';
import { openThread } from './thread.fixture.ts';

const valueOf = ({ settlement }: AttemptReport): unknown => {
  if (!settlement.ok) throw errorFromWire(settlement.error);
  return readParcel(settlement.value);
};
const codeOf = ({ settlement }: AttemptReport): unknown =>
  settlement.ok ? 'no error' : Reflect.get(settlement.error, 'code');

test('an attempt gives its result, and what it used', async () => {
  await using opened = openThread();
  const report = await runAttempt(opened.thread, makeMessage({ value: { a: [1, 'two'] } }));
  expect(valueOf(report)).toEqual({ a: [1, 'two'] });
  expect(report.usage.heapBytes).toBeGreaterThan(100_000);
  expect(report.usage.cpuMs).toBeGreaterThan(0);
  expect(report.steps?.rebindMs).toBeGreaterThan(0);
  expect(report.steps?.runMs).toBeGreaterThan(report.usage.cpuMs);
  expect(opened.thread.attempts.size).toBe(0);
});

test('a context that this thread cannot read fails the job with ERR_WAYBILL_CONTEXT_BAD_WIRE', async () => {
  await using opened = openThread();
  const context = { v: 2 as 1, entries: [] };
  const report = await runAttempt(opened.thread, makeMessage({ context }));
  expect(codeOf(report)).toBe('ERR_WAYBILL_CONTEXT_BAD_WIRE');
  expect(report.usage).toMatchObject({ cpuMs: 0, heapBytes: 0 });
  expect(report.steps).toBeUndefined();
  expect(opened.thread.attempts.size).toBe(0);
});

test('an order to stop that comes before its attempt stops it before its guest runs', async () => {
  const ran: string[] = [];
  await using opened = openThread({}, { near: () => void ran.push('near') });
  const message = makeMessage({ source: 'export default (_, { host }) => host.near()' });
  const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
  opened.thread.api().cancel(message.attemptId, errorToWire(cancelled));
  expect(codeOf(await runAttempt(opened.thread, message))).toBe('ERR_WAYBILL_CANCELLED');
  expect(ran).toEqual([]);
});

test('an order to stop ends a guest that waits, and its realm is given back', async () => {
  const waits = deferred();
  await using opened = openThread({}, { near: () => waits.resolve() });
  const source =
    'export default async (_, { host }) => { await host.near(); await new Promise((done) => { setTimeout(done, 1e8); }) }';
  const message = makeMessage({ source });
  const running = runAttempt(opened.thread, message);
  await waits.promise;
  const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
  opened.thread.api().cancel(message.attemptId, errorToWire(cancelled));
  expect(codeOf(await running)).toBe('ERR_WAYBILL_CANCELLED');
  const after = await runAttempt(opened.thread, makeMessage({ value: 1 }));
  expect(valueOf(after)).toBe(1);
});

test('a function that is slow to come counts against the deadline', async () => {
  const program = deferred<never>();
  await using opened = openThread({ functionProgram: () => program.promise });
  const limits = { ...defaultLimits, wallMs: 20 };
  const deadlineMs = performance.now() + limits.wallMs;
  const target = { kind: 'function', functionKey: 'f#1' } as const;
  const report = await runAttempt(opened.thread, makeMessage({ target, limits, deadlineMs }));
  expect(codeOf(report)).toBe('ERR_WAYBILL_WORKER_UNRESPONSIVE');
  program.reject(new Error('too late for anybody'));
});

test('an attempt that comes after its deadline settles at once', async () => {
  await using opened = openThread();
  const deadlineMs = performance.now() - 1_000;
  const source = 'export default () => new Promise(() => {})';
  const report = await runAttempt(opened.thread, makeMessage({ source, deadlineMs }));
  expect(codeOf(report)).toBe('ERR_WAYBILL_WORKER_UNRESPONSIVE');
});

test('the report comes after all log lines were heard, also where hearing one fails', async () => {
  const heard = deferred();
  const lines: unknown[] = [];
  await using opened = openThread({
    logged: async (_attemptId, line) => {
      await heard.promise;
      lines.push(line.text);
      throw new Error('the listener broke');
    },
  });
  const source = "export default (_, { log }) => { log('one'); log('two') }";
  const running = runAttempt(opened.thread, makeMessage({ source, streamsLog: true }));
  const reported = running.then(() => lines.length);
  heard.resolve();
  expect(await reported).toBe(2);
  expect((await running).logs).toHaveLength(2);
});

test('a host function of the thread runs as the job that called it, and far ones are asked for', async () => {
  await using opened = openThread(
    { hostCall: (_attemptId, name, args) => (name === 'far' ? args : undefined) },
    { near: () => JobContext.current()?.jobId },
  );
  const source =
    'export default async (_, { host }) => [await host.near(), await host.far("away")]';
  const report = await runAttempt(opened.thread, makeMessage({ source, jobId: 'the-job' }));
  expect(valueOf(report)).toEqual(['the-job', ['away']]);
  expect(opened.called).toEqual(['hostCalling', 'hostCall']);
});

test('before its first host function in the thread runs, and only then, the attempt says that one will', async () => {
  const heard = deferred();
  const ran: string[] = [];
  await using opened = openThread(
    {
      hostCall: (_attemptId, _name, args) => args,
      hostCalling: async () => {
        ran.push('asked');
        await heard.promise;
      },
    },
    { near: (name: string) => void ran.push(name) },
  );
  const source = `export default async (_, { host }) => {
    await host.far();
    await Promise.all([host.near('one'), host.near('two')]);
    await host.near('three');
  }`;
  const running = runAttempt(opened.thread, makeMessage({ source }));
  await until(() => ran.length === 1);
  heard.resolve();
  expect(codeOf(await running)).toBe('no error');
  expect(ran).toEqual(['asked', 'one', 'two', 'three']);
  expect(opened.called).toEqual(['hostCall', 'hostCalling']);
});

test('a host function in the thread does not run where its submitter cannot be told', async () => {
  const ran: string[] = [];
  await using opened = openThread(
    {
      hostCalling: () => {
        throw makeError('ERR_WAYBILL_RPC_BROKEN', 'in a test');
      },
    },
    { near: () => void ran.push('near') },
  );
  const source = 'export default (_, { host }) => host.near()';
  const report = await runAttempt(opened.thread, makeMessage({ source }));
  expect([codeOf(report), ran]).toEqual(['ERR_WAYBILL_RPC_BROKEN', []]);
});

test('after the report the rights of the job are gone', async () => {
  const contexts: (JobContext | undefined)[] = [];
  await using opened = openThread({}, { near: () => void contexts.push(JobContext.current()) });
  const source = 'export default (_, { host }) => host.near()';
  await runAttempt(opened.thread, makeMessage({ source }));
  expect(contexts[0]?.revoked).toBe(true);
});

test('closing settles what runs with the reason, and leaves no isolate', async () => {
  const waits = deferred();
  await using opened = openThread({}, { near: () => waits.resolve() });
  const source = 'export default (_, { host }) => { host.near(); for (;;); }';
  const running = runAttempt(opened.thread, makeMessage({ source, reuse: 'never' }));
  await waits.promise;
  await opened.thread.close(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
  expect(codeOf(await running)).toBe('ERR_WAYBILL_CLOSED');
  const late = await runAttempt(opened.thread, makeMessage());
  expect(codeOf(late)).toBe('ERR_WAYBILL_CLOSED');
});
