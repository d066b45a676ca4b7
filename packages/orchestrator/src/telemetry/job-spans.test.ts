import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type TraceContext, startTrace, traceContext } from '@waybill/context/w3c';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Orchestrator, createOrchestrator } from '../orchestrator.ts';
import { maxHostCallSpans } from './job-spans.ts';
import { type TestSdk, registerSdk } from './telemetry.fixture.ts';

const source = 'export default (input) => input';
const steps = 'capture admit lease carry rebind run settle bill release'.split(' ');

let sdk: TestSdk;
let waybill: Orchestrator;
let seenCount = 0;

beforeAll(async () => {
  sdk = registerSdk();
  waybill = await createOrchestrator({
    threads: 1,
    containment: 'thread',
    hostFunctions: {
      echo: async (value: unknown) => value,
      breaks: async () => Promise.reject(new Error('password of the host')),
      trace: async () => traceContext.get()?.spanId,
    },
  });
});
afterAll(async () => {
  await waybill.close();
  await sdk[Symbol.asyncDispose]();
});
beforeEach(() => void (seenCount = sdk.spans().length));

/** Those of this test. */
const spans = (): readonly ReadableSpan[] => sdk.spans().slice(seenCount);
const named = (name: string): readonly ReadableSpan[] =>
  spans().filter((span) => span.name === name);
const only = (name: string): ReadableSpan => {
  const found = named(name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${name}`);
  return found[0];
};
const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1e3 + nanos / 1e6;

test('a job is a span with one child for each of its nine steps, in their order and inside of it', async () => {
  await waybill.run({ source, id: 'one', tenant: 'acme' });
  const job = only('waybill.job');
  const children = spans().filter((span) => span !== job);
  const inOrder = children.toSorted((one, other) => ms(one.startTime) - ms(other.startTime));
  expect(inOrder.map(({ name }) => name)).toEqual(steps.map((step) => `waybill.${step}`));
  for (const [index, span] of inOrder.entries()) {
    expect(span.parentSpanContext?.spanId).toBe(job.spanContext().spanId);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    const before = inOrder[index - 1];
    // Within what fractions of a millisecond lose on their way through two numbers.
    expect(ms(span.startTime)).toBeGreaterThan(ms(before?.endTime ?? job.startTime) - 0.01);
    expect(ms(span.endTime)).toBeLessThan(ms(job.endTime) + 0.01);
  }
  expect(job.attributes).toMatchObject({ 'waybill.job.id': 'one', 'waybill.tenant': 'acme' });
  expect(Math.abs(ms(job.endTime) - Date.now())).toBeLessThan(5_000);
});

test('a job belongs under the trace context of its submitter where no span is active', async () => {
  const here: TraceContext = { ...startTrace(), state: [['vendor', '7']] };
  await traceContext.run(here, () => waybill.run({ source }));
  const job = only('waybill.job');
  expect(job.spanContext().traceId).toBe(here.traceId);
  expect(job.parentSpanContext).toMatchObject({ spanId: here.spanId, isRemote: true });
  expect(job.spanContext().traceState?.serialize()).toBe('vendor=7');
});

test('without any trace a job begins one', async () => {
  await waybill.run({ source });
  expect(only('waybill.job').parentSpanContext).toBeUndefined();
});

test('a job of a trace that is not sampled has no spans', async () => {
  await traceContext.run(startTrace(false), () => waybill.run({ source }));
  expect(spans()).toEqual([]);
});

test('a host function sees the trace context of the submitter and not that of the job', async () => {
  const here = startTrace();
  const calls = 'export default (_, { host }) => host.trace()';
  const outcome = await traceContext.run(here, () => waybill.run({ source: calls }));
  expect(outcome).toMatchObject({ ok: true, value: here.spanId });
});

test('a host call is a span of its own, marked with the code that it failed with', async () => {
  const calls = `export default async (_, { host }) => {
    await host.echo(1);
    await host.breaks().catch(() => {});
  }`;
  await waybill.run({ source: calls });
  const job = only('waybill.job');
  expect(
    named('waybill.host_call').map((span) => [
      span.parentSpanContext?.spanId,
      span.attributes,
      span.status,
    ]),
  ).toEqual([
    [job.spanContext().spanId, { 'waybill.host_function': 'echo' }, { code: SpanStatusCode.UNSET }],
    [
      job.spanContext().spanId,
      {
        'waybill.host_function': 'breaks',
        'error.type': 'ERR_WAYBILL_HOST_FUNCTION_THREW',
      },
      { code: SpanStatusCode.ERROR },
    ],
  ]);
  expect(job.attributes).toMatchObject({ 'waybill.host_calls': 2 });
});

test('a guest that makes many host calls does not make as many spans', async () => {
  const count = maxHostCallSpans + 20;
  const calls = `export default async (n, { host }) => { for (let i = 0; i < n; i++) await host.echo(i); }`;
  await waybill.run({ source: calls, input: count });
  expect(named('waybill.host_call')).toHaveLength(maxHostCallSpans);
  expect(only('waybill.job').attributes).toMatchObject({ 'waybill.host_calls': count });
});

test('the span of a deployed function names it', async () => {
  await using deployed = await waybill.deploy({ name: 'greet', source });
  await deployed.run(1);
  expect(only('waybill.job').attributes).toMatchObject({ 'waybill.function': 'greet' });
});

test('a refused job is a failed span with the step that refused it, and nothing stays open', async () => {
  await expect(waybill.run({ source, limits: { wallMs: -1 } })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_JOB',
  });
  const failed = { 'error.type': 'ERR_WAYBILL_INVALID_JOB' };
  expect(spans().map(({ name, attributes }) => [name, attributes])).toEqual([
    ['waybill.capture', failed],
    ['waybill.job', failed],
  ]);
});

test('a cancelled job that waited is a failed lease in a failed span', async () => {
  await waybill.run({ source }, { signal: AbortSignal.abort() });
  const failed = { 'error.type': 'ERR_WAYBILL_CANCELLED' };
  expect(only('waybill.lease').attributes).toEqual(failed);
  expect(only('waybill.job').attributes).toMatchObject(failed);
  expect(named('waybill.run')).toEqual([]);
});

test('no span says what a guest, an input, a result, a log line or a host function said', async () => {
  const throws = `export default async (input, { host, log }) => {
    log('logged ' + input);
    try { await host['unheard ' + input](); } catch {}
    await host.echo('passed ' + input);
    throw new Error('thrown ' + input);
  }`;
  const word = 'the-secret-word';
  const outcome = await waybill.run({ source: throws, input: word });
  expect(outcome).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_GUEST_THREW' } });
  await waybill.run({ source, input: word });
  await waybill.run({ source: 'export default (_, { host }) => host.breaks()' });
  const told = spans().map(({ name, attributes, events, status, links }) =>
    JSON.stringify({ name, attributes, events, status, links }),
  );
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((text) => /secret|thrown|unheard|password/.test(text))).toEqual([]);
});
