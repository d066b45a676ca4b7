// Replays what test-async-local-storage-errors of Node.js checks: in which context it is heard of what nobody caught.
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { engines } from './replay-bench.ts';
import { steps } from './replay-steps.fixture.ts';

const file = new URL('./replay-strays-main.fixture.ts', import.meta.url);

const rejections = ['unawaited', 'rejected', 'first', 'second', 'of a compiled function'].map(
  (message) => `unhandledRejection ${message} own own inside`,
);
const monitored = 'uncaughtExceptionMonitor thrown own own inside';

const heard = {
  here: [...rejections, monitored, 'uncaughtException thrown own own inside'],
  there: [...rejections, monitored, 'ERR_WAYBILL_WORKER_EXITED'],
};

test.each(engines)(
  'what nobody catches in a host function is heard of in the context it happened in, in either thread (%s)',
  async (engine) => {
    const { stdout, stderr, code } = await runNode({ file }, { args: [engine] });
    const lines = (['here', 'there'] as const).flatMap((side) =>
      steps.flatMap((step) => [`${side} ${step}`, ...heard[side]]),
    );
    expect(stdout.trim().split('\n'), stderr).toEqual(lines);
    expect(code).toBe(0);
  },
);
