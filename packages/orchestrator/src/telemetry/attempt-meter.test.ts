import { metrics } from '@opentelemetry/api';
import { type DurableOutcome, makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { AttemptMeter } from './attempt-meter.ts';
import { type TestSdk, registerSdk } from './telemetry.fixture.ts';

const ofSource = { spec: { source: '1' }, waitedMs: 250 };
const ofFunction = { spec: { function: 'greet' }, waitedMs: 4_000_000 };
const fine: DurableOutcome = { ok: true, value: 1 };
const failed: DurableOutcome = {
  ok: false,
  error: makeError('ERR_WAYBILL_GUEST_THREW', 'words of the guest'),
};

async function pointsOf(sdk: TestSdk, name: string) {
  const points = await sdk.points();
  return points
    .filter((point) => point.name === name)
    .map(({ attributes, value }) => ({ ...attributes, value }));
}

test('attempts are counted and measured by what they ended with and by what they ran', async () => {
  await using sdk = registerSdk();
  const meter = new AttemptMeter();
  expect(await meter.measure(ofSource, async () => fine)).toBe(fine);
  await meter.measure(ofFunction, async () => fine);
  await meter.measure(ofFunction, async () => failed);
  meter.unopened('ERR_WAYBILL_CONTEXT_UNTRUSTED');
  const run = [
    { 'waybill.program': 'source', value: 1 },
    { 'waybill.program': 'function', value: 1 },
    { 'waybill.program': 'function', 'error.type': 'ERR_WAYBILL_GUEST_THREW', value: 1 },
  ];
  expect(await pointsOf(sdk, 'waybill.attempt.ended')).toEqual([
    ...run,
    { 'error.type': 'ERR_WAYBILL_CONTEXT_UNTRUSTED', value: 1 },
  ]);
  expect(await pointsOf(sdk, 'waybill.attempt.duration')).toEqual(run);
  expect(await pointsOf(sdk, 'waybill.attempt.wait.duration')).toEqual([
    { 'waybill.program': 'source', value: 1 },
    { 'waybill.program': 'function', value: 2 },
  ]);
  expect(JSON.stringify(await sdk.points())).not.toContain('words');
});

test('an attempt has its outcome where nothing is registered', async () => {
  metrics.disable();
  expect(await new AttemptMeter().measure(ofSource, async () => failed)).toBe(failed);
});
