import { expect, test } from 'vitest';
import { guest, type HostileProgram } from './program.ts';
import { WaybillRunner } from './waybill-runner.ts';

// Each wedges a process of its own, and each is a program of its own, which no quarantine knows.
const programs = Array.from({ length: 4 }, (_, index): HostileProgram => ({
  family: 'time',
  name: `wedges, as number ${index}`,
  source: guest(`return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 - ${index} }, 1)`),
  limits: { wallMs: 15_000 },
  mostBesideMs: 10_000,
  expect: {
    codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
  },
}));

test('four different guests that nothing can stop, all at once, harm nobody', async () => {
  await using runner = await WaybillRunner.open({ containment: 'process' });
  const verdicts = await Promise.all(programs.map((program) => runner.run(program)));
  expect(verdicts.flatMap(({ faults }) => faults)).toEqual([]);
  expect(runner.miscounted).toEqual([]);
});
