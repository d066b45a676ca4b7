import { metrics, trace as tracing } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { silentRecord } from './job-record.ts';
import { registerSdk } from './telemetry.fixture.ts';
import { Telemetry } from './telemetry.ts';

test('where nothing is registered nothing is recorded, and a step gives what it gives', () => {
  const record = new Telemetry().follow();
  expect(record).toBe(silentRecord);
  expect(record.step('run', () => 7)).toBe(7);
});

test.each([
  { only: 'traces', without: metrics },
  { only: 'metrics', without: tracing },
])('a system that takes only $only is told', async ({ without }) => {
  await using _ = registerSdk();
  without.disable();
  expect(new Telemetry().follow()).not.toBe(silentRecord);
});
