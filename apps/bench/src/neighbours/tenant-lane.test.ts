import type { Orchestrator } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { callChecked, WrongAnswer } from '../lanes/lane.ts';
import { hostFunctions, tenant, tenantLane } from './tenant-lane.ts';

/** An orchestrator that answers what the test says. */
function answering(value: () => unknown): Orchestrator {
  return { run: async () => ({ ok: true, value: value() }) } as unknown as Orchestrator;
}

test('a job that is answered with its tenant, seen by guest and host, and its number is right', async () => {
  const waybill = answering(() => [tenant.get(), hostFunctions['whoCalls']?.(), 7]);
  await expect(callChecked(tenantLane(waybill, 'acme'), 7)).resolves.toBeUndefined();
});

test.each([
  ['a guest that saw another tenant', ['bolt', 'acme', 7]],
  ['a host function that saw another tenant', ['acme', 'bolt', 7]],
  ['a host function that saw none', ['acme', undefined, 7]],
  ['the number of another job', ['acme', 'acme', 8]],
  ['no answer', undefined],
])('%s is a wrong answer', async (_what, answer) => {
  const lane = tenantLane(
    answering(() => answer),
    'acme',
  );
  await expect(callChecked(lane, 7)).rejects.toThrow(WrongAnswer);
});
