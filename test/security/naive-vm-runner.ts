import { runNode } from '@waybill/testkit';
import { graceMs, judge, type Observation, type Runner } from './oracle.ts';
import { smallLimits } from './program.ts';

const file = new URL('./naive-vm.fixture.ts', import.meta.url);

/**
 * Runs hostile programs in a plain `node:vm` context, each in a process of its own: the positive control. Nothing runs
 * beside them, and nothing is run after them.
 */
export const naiveVmRunner: Runner = {
  run: async (program) => {
    const deadlineMs = program.limits?.wallMs ?? smallLimits.wallMs;
    const startMs = performance.now();
    const child = runNode(
      { file },
      { args: [JSON.stringify(program)], timeoutMs: deadlineMs + graceMs },
    );
    const observed = { deadlineMs, leaked: [], harm: [], besideMs: 0 };
    try {
      const { stdout } = await child;
      const ended = JSON.parse(stdout.split('\n').at(-1) ?? '') as NonNullable<
        Observation['ended']
      >;
      const tookMs = performance.now() - startMs;
      return judge(program, { ...observed, tookMs, ended, settledCount: 1 });
    } catch (error) {
      // It was killed in its loop, or printed nothing.
      const harm = [String(error)];
      return judge(program, { ...observed, harm, settledCount: 0 });
    }
  },
};
