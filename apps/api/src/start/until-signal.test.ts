import { expect, test } from 'vitest';
import { runNode } from '@waybill/testkit';

const module = new URL('until-signal.ts', import.meta.url).href;

/** Waits for signals in a process of its own, which sends them to itself while it closes. */
async function end(signals: readonly string[], fails = false): Promise<number | null> {
  const code = `
    import { untilSignal } from ${JSON.stringify(module)};
    const signals = ${JSON.stringify(signals)};
    const hold = setInterval(() => undefined, 1_000);
    const running = {
      log: { fatal() {} },
      failed: ${fails} ? Promise.resolve(new Error('ended')) : new Promise(() => undefined),
      // Closes for ever while there are more signals to come.
      close: () => {
        const next = signals.shift();
        if (next === undefined) return Promise.resolve(clearInterval(hold));
        process.kill(process.pid, next);
        return new Promise(() => undefined);
      },
    };
    const code = untilSignal(running);
    const first = signals.shift();
    if (first !== undefined) process.kill(process.pid, first);
    process.exitCode = await code;
  `;
  return (await runNode({ code })).code;
}

test.each([
  [['SIGTERM'], 0],
  [['SIGINT'], 0],
  [['SIGTERM', 'SIGTERM'], 143],
  [['SIGINT', 'SIGINT'], 130],
  [['SIGTERM', 'SIGINT'], 130],
])('%j ends the process with %i: the first in order, the second at once', async (signals, code) => {
  expect(await end(signals)).toBe(code);
});

test('a service that cannot go on closes, and ends with exit code 3', async () => {
  expect(await end([], true)).toBe(3);
});
