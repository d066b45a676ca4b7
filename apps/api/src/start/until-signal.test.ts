import { expect, test } from 'vitest';
import { type RunNodeResult, runNode } from '@waybill/testkit';

const module = new URL('until-signal.ts', import.meta.url).href;

/** What the process of a test says and does. */
interface Scene {
  /** Signals that it gets: the first once it runs, the second while it closes, the others when it has ended what it began. */
  readonly signals?: readonly string[];
  /** Code that runs while it starts. */
  readonly whileStarting?: string;
  readonly fails?: boolean;
  /** From one signal to the next, on the clock of the process. */
  readonly apartMs?: number;
}

/** Waits for signals in a process of its own. */
function run(scene: Scene): Promise<RunNodeResult> {
  const { signals = [], whileStarting = '', fails = false, apartMs = 200 } = scene;
  const code = `
    import { untilSignal } from ${JSON.stringify(module)};
    const signals = ${JSON.stringify(signals)};
    const hold = setInterval(() => undefined, 1_000);
    let nowMs = 0;
    performance.now = () => nowMs;
    const send = (signal) => process.kill(process.pid, signal);
    // Signals come in the order in which they are sent: once SIGUSR2 has come, so has the one before.
    const sent = async (signal) => {
      const come = new Promise((resolve) => process.once('SIGUSR2', resolve));
      send(signal);
      send('SIGUSR2');
      await come;
      nowMs += ${apartMs};
    };
    const close = async () => {
      console.log('closing');
      if (signals.length > 0) await sent(signals.shift());
    };
    let closing;
    const running = {
      log: { fatal() {} },
      failed: ${fails} ? Promise.resolve(new Error('ended')) : new Promise(() => undefined),
      close: () => (closing ??= close()),
      [Symbol.asyncDispose]: () => running.close(),
    };
    const start = async (signal) => {
      ${whileStarting}
      return running;
    };
    process.exitCode = await untilSignal(start, async () => {
      console.log('runs');
      if (signals.length > 0) await sent(signals.shift());
    });
    for (const signal of signals) await sent(signal);
    clearInterval(hold);
  `;
  return runNode({ code });
}

test.each([
  [['SIGTERM'], 0],
  [['SIGINT'], 0],
  [['SIGTERM', 'SIGTERM'], 143],
  [['SIGINT', 'SIGINT'], 130],
  [['SIGTERM', 'SIGINT'], 130],
])('%j ends the process with %i: the first in order, the second at once', async (signals, code) => {
  expect(await run({ signals })).toMatchObject({ code, stdout: 'runs\nclosing\n' });
});

test('a service that cannot go on closes, and ends with exit code 3', async () => {
  expect(await run({ fails: true })).toMatchObject({ code: 3, stdout: 'runs\nclosing\n' });
});

test('a signal that is delivered again within 200 ms is the first one still, also when all is closed', async () => {
  const signals = ['SIGINT', 'SIGINT', 'SIGINT'];
  expect(await run({ signals, apartMs: 99 })).toMatchObject({ code: 0, stdout: 'runs\nclosing\n' });
  const other = await run({ signals: ['SIGINT', 'SIGTERM'], apartMs: 0 });
  expect(other).toMatchObject({ code: 143, stdout: 'runs\nclosing\n' });
});

test('a signal during the start ends what was started in order, without a word that it runs', async () => {
  const whileStarting = "await sent('SIGINT');";
  expect(await run({ whileStarting })).toMatchObject({ code: 0, stdout: 'closing\n', stderr: '' });
});

test('the start is told of a signal, and may give up', async () => {
  const whileStarting =
    "signal.addEventListener('abort', () => console.log('told')); await sent('SIGINT'); signal.throwIfAborted();";
  expect(await run({ whileStarting })).toMatchObject({ code: 0, stdout: 'told\n', stderr: '' });
});

test('a second signal during the start ends the process at once', async () => {
  const whileStarting = "await sent('SIGINT'); await sent('SIGINT');";
  expect(await run({ whileStarting })).toMatchObject({ code: 130, stdout: '', stderr: '' });
});

test('a start that fails after a signal is the end that was asked for; one before is an error', async () => {
  const fails = "throw new Error('it is taken');";
  const told = `await sent('SIGINT'); ${fails}`;
  expect(await run({ whileStarting: told })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const failed = await run({ whileStarting: fails });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('it is taken') });
});
