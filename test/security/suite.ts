import type { OrchestratorOptions } from '@waybill/orchestrator';
import { leakCheck, type LeakCheck } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostileProgram } from './program.ts';
import { WaybillRunner } from './waybill-runner.ts';

/** Whether there is a process of this id that has not ended. */
function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

/**
 * Registers a test for each program, all in one orchestrator, and one that nothing is left behind.
 *
 * @param options - of the orchestrator, instead of the runner's own
 */
export function proveHarmless(
  programs: readonly HostileProgram[],
  options: OrchestratorOptions = {},
): void {
  let leaks: LeakCheck;
  let runner: WaybillRunner;

  beforeAll(async () => {
    leaks = leakCheck();
    runner = await WaybillRunner.open({ containment: 'process', ...options });
  });

  for (const program of programs) {
    test(`a guest that ${program.name} harms nobody`, async () => {
      const { faults } = await runner.run(program);
      expect(faults).toEqual([]);
    });
  }

  // Without a time limit of the test runner, whose timer would be one that is left.
  test('every job has settled exactly once, and no process, timer or port is left', async () => {
    await runner[Symbol.asyncDispose]();
    expect(runner.miscounted).toEqual([]);
    const pools = [...runner.processIds].filter((id) => id !== process.pid);
    expect(pools.length).toBeGreaterThan(0);
    expect(pools.filter(isAlive)).toEqual([]);
    await leaks[Symbol.asyncDispose]();
  }, 0);

  afterAll(async () => {
    await runner?.[Symbol.asyncDispose]();
  });
}
