import { AsyncLocalStorage } from 'node:async_hooks';
import { ContextSnapshot, ContextVariable } from '@waybill/context';
import { parseTraceParent, startTrace, traceContext } from '@waybill/context/w3c';
import { type ErrorCode, type Outcome, makeError } from '@waybill/protocol';
import { deferred, until } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Orchestrator, createOrchestrator } from '../orchestrator.ts';
import { attemptOf, storeOf, versionOf } from './durable.fixture.ts';
import { createDurableRunner } from './durable-runner.ts';
import { createFunctionShelf } from './function-shelf.ts';
import { registerSdk } from '../telemetry/telemetry.fixture.ts';

const request = new ContextVariable<string>({
  name: 'durable-runner.request',
  carry: { to: ['worker', 'queue'] },
});
const foreign = new AsyncLocalStorage<string>();

const store = storeOf(versionOf('greet', 1), versionOf('greet', 2));
const looks = 'export default (_, { host }) => host.look()';
const waitsForever = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';

let waybill: Orchestrator;
beforeAll(async () => {
  waybill = await createOrchestrator({
    threads: 1,
    containment: 'thread',
    workerHostFunctions: 'data:text/javascript,export const there = async () => 1',
    hostFunctions: {
      look: async () => [request.get(), foreign.getStore(), traceContext.get()?.spanId],
      breaks: async () => Promise.reject(new Error('no')),
    },
  });
});
afterAll(() => waybill.close());

const runner = () => createDurableRunner(waybill, createFunctionShelf(waybill, store));

/** What is stored with a job that is submitted here. */
const stored = (): ContextSnapshot =>
  ContextSnapshot.fromWire(ContextSnapshot.capture().toWire('queue'), 'queue');

test('each attempt runs in the context that was stored with its job, and nothing of its executor gets in', async () => {
  const { run } = runner();
  const outcomes = await foreign.run('of the executor', () =>
    request.run('of the executor', () =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const context = ContextSnapshot.root.run(() => request.run(`request ${index}`, stored));
          return run(attemptOf({ source: looks }, { context }));
        }),
      ),
    ),
  );
  expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(
    Array.from({ length: 20 }, (_, index) => [`request ${index}`, undefined, undefined]),
  );
});

test('the tenant of an attempt is the one that the queue names, whatever the job or its context says', async () => {
  const tenants: string[] = [];
  const stop = waybill.on('job:settled', ({ tenant }) => void tenants.push(tenant));
  const spec = { source: 'export default () => 1', tenant: 'mallory' };
  await runner().run(attemptOf(spec, { tenant: 'bolt' }));
  stop();
  expect(tenants).toEqual(['bolt']);
});

test('log lines, host calls and hops are noted, each with its time', async () => {
  const sinceMs = Date.now();
  const source = `export default async (_, { host, log }) => {
    log('one');
    await host.look();
    log.warn('two');
    await host.there();
    await host.breaks().catch(() => {});
  }`;
  const attempt = attemptOf({ source, trail: true });
  const outcome = await runner().run(attempt);
  expect(outcome).toMatchObject({ ok: true, bill: { hostCalls: 3 } });
  const of = (kind: string) => attempt.notes.filter((note) => note.kind === kind);
  expect(of('log').map(({ facts }) => facts)).toEqual([
    { seq: 0, level: 'log', text: 'one' },
    { seq: 1, level: 'warn', text: 'two' },
  ]);
  const tookMs: unknown = expect.any(Number);
  expect(of('host-call').map(({ facts }) => facts)).toEqual([
    { name: 'look', side: 'submitter', ok: true, tookMs },
    { name: 'there', side: 'worker', ok: true, tookMs },
    { name: 'breaks', side: 'submitter', ok: false, tookMs },
  ]);
  const hops = attempt.notes.flatMap((note) => (note.kind === 'hop' ? [note.facts.hop.kind] : []));
  expect(hops).toEqual([
    'submit',
    'worker',
    'isolate',
    ...Array<string>(3).fill('host call'),
    'back',
  ]);
  for (const { kind, atMs } of attempt.notes) {
    if (kind === 'host-call') expect(atMs).toBeUndefined();
    else expect(atMs).toSatisfy((ms: number) => Number.isInteger(ms) && ms >= sinceMs);
  }
});

test('host calls are heard only while an attempt runs', async () => {
  const heard: string[] = [];
  let listenerCount = 0;
  const { run } = createDurableRunner(
    {
      run: (spec, options) => {
        heard.push(`${listenerCount} at ${spec.id}`);
        return waybill.run(spec, options);
      },
      on: (name, listener) => {
        listenerCount += 1;
        const stop = waybill.on(name, listener);
        return () => {
          listenerCount -= 1;
          stop();
        };
      },
    },
    createFunctionShelf(waybill, store),
  );
  const one = attemptOf({ source: looks }, { attempt: 3 });
  const other = attemptOf({ source: looks });
  await Promise.all([run(one), run(other)]);
  expect(heard).toEqual([`1 at ${one.jobId}:3`, `1 at ${other.jobId}:1`]);
  expect([one.notes.length, other.notes.length, listenerCount]).toEqual([1, 1, 0]);
});

test('an attempt at a function runs the version that the job was submitted for', async () => {
  using shelf = createFunctionShelf(waybill, store);
  const { run } = createDurableRunner(waybill, shelf);
  const runVersion = (version: number | undefined) =>
    run(attemptOf({ function: 'greet', input: 'Ann' }, { version }));
  expect(await runVersion(1)).toMatchObject({ ok: true, value: 'greet 1 Ann' });
  expect(await runVersion(2)).toMatchObject({ ok: true, value: 'greet 2 Ann' });
  expect(await runVersion(3)).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND' },
  });
});

test('versions that push each other out of a full shelf all run', async () => {
  using shelf = createFunctionShelf(waybill, store, { maxWarmCount: 1 });
  const { run } = createDurableRunner(waybill, shelf);
  const versions = Array.from({ length: 30 }, (_, index) => 1 + (index % 2));
  const outcomes = await Promise.all(
    versions.map((version) => run(attemptOf({ function: 'greet', input: '' }, { version }))),
  );
  expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(
    versions.map((version) => `greet ${version} `),
  );
  for (const version of versions.slice(0, 8)) {
    await run(attemptOf({ function: 'greet', input: '' }, { version }));
    expect(shelf.warmCount).toBe(1);
  }
});

test('what a guest throws is the outcome, with its bill', async () => {
  const source = "export default () => { throw new Error('no') }";
  expect(await runner().run(attemptOf({ source }))).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_GUEST_THREW' },
    bill: { hostCalls: 0 },
  });
});

test.each<{ code: ErrorCode; retryable: boolean }>([
  { code: 'ERR_WAYBILL_QUEUE_FULL', retryable: true },
  { code: 'ERR_WAYBILL_TENANT_QUEUE_FULL', retryable: true },
  { code: 'ERR_WAYBILL_CLOSED', retryable: true },
  { code: 'ERR_WAYBILL_INVALID_JOB', retryable: false },
])('a job that is refused with $code has that as its outcome', async ({ code, retryable }) => {
  const run = (): Promise<Outcome<never>> => Promise.reject(makeError(code, 'in a test'));
  const refusing = createDurableRunner({ run, on: () => () => {} }, { run });
  const outcome = await refusing.run(attemptOf({ source: looks }));
  expect(outcome).toEqual({ ok: false, error: expect.objectContaining({ code, retryable }) });
});

test.each(['ERR_WAYBILL_LEASE_LOST', 'ERR_WAYBILL_CANCELLED'] as const)(
  'an attempt whose signal aborts with %s ends with that',
  async (code) => {
    const executor = new AbortController();
    const started = deferred();
    const stop = waybill.on('job:started', () => started.resolve());
    const spec = { source: waitsForever };
    const running = runner().run(attemptOf(spec, { signal: executor.signal }));
    await started.promise;
    stop();
    executor.abort(makeError(code, 'asked for in a test'));
    expect(await running).toMatchObject({
      ok: false,
      error: { code, message: 'asked for in a test' },
    });
  },
);

test('an attempt that was over before the signal aborted keeps its value', async () => {
  const executor = new AbortController();
  const attempt = attemptOf(
    { source: "export default (_, { log }) => { log('last'); return 7; }" },
    { signal: executor.signal },
  );
  const running = runner().run(attempt);
  await until(() => attempt.notes.length === 1);
  const outcome = await running;
  executor.abort(makeError('ERR_WAYBILL_LEASE_LOST', 'too late'));
  expect(outcome).toMatchObject({ ok: true, value: 7 });
});

test('without a tracing system each attempt gets a fresh trace', () => {
  const { traceOf } = runner();
  const facts = { jobId: 'one', tenant: 'acme', attempt: 1, submittedTrace: undefined };
  const [one, other] = [traceOf(facts), traceOf(facts)].map((trace) => parseTraceParent(trace));
  expect(one?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(one?.traceId).not.toBe(other?.traceId);
});

test('attempts are counted, those that could not be opened too, and the spans of these end', async () => {
  await using sdk = registerSdk();
  const { run, traceOf, onUnopened } = runner();
  const attempt = attemptOf({ source: 'export default () => 1' });
  traceOf(attempt);
  onUnopened(attempt, makeError('ERR_WAYBILL_CONTEXT_UNTRUSTED', 'in a test'));
  expect(sdk.spansNamed('waybill.attempt')).toHaveLength(1);
  await run(attempt);
  const ended = (await sdk.points()).filter(({ name }) => name === 'waybill.attempt.ended');
  expect(ended.map(({ attributes, value }) => ({ ...attributes, value }))).toEqual([
    { 'error.type': 'ERR_WAYBILL_CONTEXT_UNTRUSTED', value: 1 },
    { 'waybill.program': 'source', value: 1 },
  ]);
});

test('a host function sees the trace of the attempt that is in its context', async () => {
  const trace = startTrace();
  const context = traceContext.run(trace, stored);
  const outcome = await runner().run(attemptOf({ source: looks }, { context }));
  expect(outcome).toMatchObject({ value: [undefined, undefined, trace.spanId] });
});
