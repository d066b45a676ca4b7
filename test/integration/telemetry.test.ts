import { type Span, context, trace as tracing } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { ContextSnapshot } from '@waybill/context';
import { parseTraceParent, traceContext } from '@waybill/context/w3c';
import type { Orchestrator } from '@waybill/orchestrator';
import { createDurableRunner, createFunctionShelf } from '@waybill/orchestrator/durable';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  tracing.setGlobalTracerProvider(provider);
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  tracing.disable();
  context.disable();
  await provider.shutdown();
});

const source = 'export default (_, { host }) => host.look()';

/** Runs `fn` with an orchestrator whose host function `look` notes the active span and starts one of its own. */
async function withLook(
  fn: (waybill: Orchestrator, active: (Span | undefined)[]) => Promise<void>,
): Promise<void> {
  const active: (Span | undefined)[] = [];
  const look = async (): Promise<void> => {
    active.push(tracing.getActiveSpan());
    tracing.getTracer('of the application').startSpan('query').end();
  };
  await withOrchestrator({ hostFunctions: { look } }, (waybill) => fn(waybill, active));
}

function only(name: string): ReadableSpan {
  const found = exporter.getFinishedSpans().filter((span) => span.name === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${name}`);
  return found[0];
}

const parentOf = (name: string): string | undefined => only(name).parentSpanContext?.spanId;
const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1e3 + nanos / 1e6;

test('a job belongs under the active span, and its host functions see that very span (I1)', async () => {
  await withLook(async (waybill, active) => {
    const request = tracing.getTracer('of the application').startSpan('request');
    const around = tracing.setSpan(context.active(), request);
    const outcome = await context.with(around, () => waybill.run({ source }));
    request.end();
    expect(outcome.ok).toBe(true);
    expect(active).toEqual([request]);
    const { spanId } = request.spanContext();
    expect([parentOf('waybill.job'), parentOf('query')]).toEqual([spanId, spanId]);
    expect(parentOf('waybill.host_call')).toBe(only('waybill.job').spanContext().spanId);
  });
});

test('the steps in a thread of another process stand at their time in the span of the job', async () => {
  await withLook(async (waybill) => {
    await waybill.run({ source });
    const [carry, rebind, run, call, settle] = [
      'carry',
      'rebind',
      'run',
      'host_call',
      'settle',
    ].map((step) => only(`waybill.${step}`));
    const order = [carry?.endTime, rebind?.startTime, run?.startTime, call?.startTime];
    const times = [...order, call?.endTime, run?.endTime, settle?.startTime].map((time) =>
      ms(time ?? [0, 0]),
    );
    // Two clocks of one machine agree to a fraction of a millisecond.
    for (const [index, time] of times.entries()) {
      expect(time).toBeGreaterThan((times[index - 1] ?? 0) - 1);
    }
  });
});

test('a durable attempt is a trace of its own, and its job and its host functions are in it', async () => {
  await withLook(async (waybill, active) => {
    const shelf = createFunctionShelf(waybill, { find: async () => undefined });
    const { run, traceOf } = createDurableRunner(waybill, shelf);
    const who = { jobId: 'one', tenant: 'acme', attempt: 1, submittedTrace: undefined };
    const trace = traceOf(who);
    const parsed = parseTraceParent(trace);
    if (parsed === undefined) throw new Error(`${trace} is no traceparent`);
    const stored = traceContext.run({ ...parsed, state: [] }, () => ContextSnapshot.capture());
    const outcome = await run({
      ...who,
      spec: { source },
      version: undefined,
      waitedMs: 0,
      context: stored,
      trace,
      signal: new AbortController().signal,
      note: () => {},
    });
    expect(outcome.ok).toBe(true);
    const { spanId } = parsed;
    expect(only('waybill.attempt').spanContext()).toMatchObject({ spanId });
    expect([parentOf('waybill.job'), parentOf('query')]).toEqual([spanId, spanId]);
    expect(active.map((span) => span?.spanContext().spanId)).toEqual([spanId]);
  });
});
