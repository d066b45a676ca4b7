import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { formatTraceParent, parseTraceParent, startTrace } from '@waybill/context/w3c';
import { type DurableOutcome, makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { AttemptSpans } from './attempt-spans.ts';
import { registerSdk } from './telemetry.fixture.ts';

const submission = startTrace();
const attempt = {
  jobId: 'one',
  tenant: 'acme',
  attempt: 2,
  submittedTrace: formatTraceParent(submission),
};
const succeeds = (): Promise<DurableOutcome> => Promise.resolve({ ok: true, value: 1 });

test('an attempt is a trace of its own, linked to that of its submission', async () => {
  await using sdk = registerSdk();
  const spans = new AttemptSpans();
  const header = spans.begin(attempt);
  await spans.run(attempt, succeeds);
  const [span] = sdk.spans();
  expect(span).toMatchObject({
    name: 'waybill.attempt',
    kind: SpanKind.CONSUMER,
    parentSpanContext: undefined,
    attributes: { 'waybill.job.id': 'one', 'waybill.tenant': 'acme', 'waybill.attempt': 2 },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(span?.links.map(({ context }) => context)).toMatchObject([
    { traceId: submission.traceId, spanId: submission.spanId, isRemote: true },
  ]);
  expect(parseTraceParent(header)).toMatchObject({
    traceId: span?.spanContext().traceId,
    spanId: span?.spanContext().spanId,
    flags: 1,
  });
  expect(span?.spanContext().traceId).not.toBe(submission.traceId);
});

test.each([undefined, 'no traceparent', '00-0-0-00'])(
  'an attempt whose submission has the trace %o is linked to nothing',
  async (submittedTrace) => {
    await using sdk = registerSdk();
    const spans = new AttemptSpans();
    spans.begin({ ...attempt, submittedTrace });
    await spans.run(attempt, succeeds);
    expect(sdk.spans().map(({ links }) => links)).toEqual([[]]);
  },
);

test('an attempt that failed is a failed span, with the code and nothing of the words', async () => {
  await using sdk = registerSdk();
  const spans = new AttemptSpans();
  spans.begin(attempt);
  const error = makeError('ERR_WAYBILL_GUEST_THREW', 'words of the guest');
  await spans.run(attempt, () => Promise.resolve({ ok: false, error }));
  const [span] = sdk.spans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(span?.attributes).toMatchObject({ 'error.type': 'ERR_WAYBILL_GUEST_THREW' });
  expect(JSON.stringify([span?.attributes, span?.events])).not.toContain('words');
});

test('an attempt that the sampler leaves out has a trace that says so', async () => {
  await using sdk = registerSdk({ sampler: new AlwaysOffSampler() });
  const spans = new AttemptSpans();
  expect(parseTraceParent(spans.begin(attempt))?.flags).toBe(0);
  expect(await spans.run(attempt, succeeds)).toMatchObject({ ok: true });
  expect(sdk.spans()).toEqual([]);
});

test('an attempt that could not be opened is a failed span that ends at once', async () => {
  await using sdk = registerSdk();
  const spans = new AttemptSpans();
  spans.drop(attempt, 'ERR_WAYBILL_CONTEXT_UNTRUSTED');
  expect(sdk.spans()).toEqual([]);
  spans.begin(attempt);
  spans.drop(attempt, 'ERR_WAYBILL_CONTEXT_UNTRUSTED');
  expect(sdk.spans()).toMatchObject([
    {
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'ERR_WAYBILL_CONTEXT_UNTRUSTED' },
    },
  ]);
});

test('spans of attempts that began and never run do not pile up, and end', async () => {
  await using sdk = registerSdk();
  const spans = new AttemptSpans();
  spans.begin(attempt);
  spans.begin(attempt);
  expect(sdk.spans()).toHaveLength(1);
  for (let index = 0; index < 1_010; index++) spans.begin({ ...attempt, jobId: `job-${index}` });
  expect(sdk.spans()).toHaveLength(12);
});

test('an attempt that nobody began a span for runs without one', async () => {
  await using sdk = registerSdk();
  expect(await new AttemptSpans().run(attempt, succeeds)).toEqual({ ok: true, value: 1 });
  expect(sdk.spans()).toEqual([]);
});
