import { expect, test } from 'vitest';
import { type RunNodeResult, runNode } from '@waybill/testkit';

const module = new URL('until-signal.ts', import.meta.url).href;

/** What the process of a test says and does. */
interface Scene {
  /** Signals that it sends to itself: the first once it runs, each further one while it closes. */
  readonly signals?: readonly string[];
  /** Code that runs while it starts. */
  readonly whileStarting?: string;
  readonly fails?: boolean;
}

/** Waits for signals in a process of its own. */
function run({ signals = [], whileStarting = '', fails = false }: Scene): Promise<RunNodeResult> {
  const code = `
    import { untilSignal } from ${JSON.stringify(module)};
    const signals = ${JSON.stringify(signals)};
    const hold = setInterval(() => undefined, 1_000);
    const send = (signal) => process.kill(process.pid, signal);
    const close = async () => {
      console.log('closing');
      const next = signals.shift();
      if (next === undefined) return clearInterval(hold);
      send(next);
      // For ever: there is a signal to come.
      return new Promise(() => undefined);
    };
    let closing;
    const running = {
      log: { fatal() {} },
      failed: ${fails} ? Promise.resolve(new Error('ended')) : new Promise(() => undefined),
      close: () => (closing ??= close()),
      [Symbol.asyncDispose]: () => running.close(),
    };
    const turn = () => new Promise((resolve) => process.once('SIGUSR2', resolve));
    const start = async (signal) => {
      ${whileStarting}
      return running;
    };
    process.exitCode = await untilSignal(start, async () => {
      console.log('runs');
      const first = signals.shift();
      if (first !== undefined) send(first);
    });
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

// Signals come in the order in which they are sent: once SIGUSR2 has come, so has the one before.
test('a signal during the start ends what was started in order, without a word that it runs', async () => {
  const whileStarting = "const sent = turn(); send('SIGINT'); send('SIGUSR2'); await sent;";
  expect(await run({ whileStarting })).toMatchObject({ code: 0, stdout: 'closing\n', stderr: '' });
});

test('the start is told of a signal, and may give up', async () => {
  const whileStarting =
    "signal.addEventListener('abort', () => console.log('told')); const sent = turn(); send('SIGINT'); send('SIGUSR2'); await sent; signal.throwIfAborted();";
  expect(await run({ whileStarting })).toMatchObject({ code: 0, stdout: 'told\n', stderr: '' });
});

test('a second signal during the start ends the process at once', async () => {
  const whileStarting = "send('SIGTERM'); send('SIGINT'); await new Promise(() => undefined);";
  expect(await run({ whileStarting })).toMatchObject({ code: 130, stdout: '', stderr: '' });
});

test('a start that fails after a signal is the end that was asked for; one before is an error', async () => {
  const fails = "throw new Error('it is taken');";
  const told = `const sent = turn(); send('SIGINT'); send('SIGUSR2'); await sent; ${fails}`;
  expect(await run({ whileStarting: told })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const failed = await run({ whileStarting: fails });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('it is taken') });
});
