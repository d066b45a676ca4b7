import { runNode, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { poolOptions } from '../open-pool.fixture.ts';
import { type ChildEnd, PoolChild } from './pool-child.ts';

const { isolates } = poolOptions;

const fixture = new URL('../open-pool.fixture.ts', import.meta.url).href;

function isThere(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test('when the submitting process is killed its pool processes end by themselves, whatever runs in them', async () => {
  const code = `
    import { createPool } from '@waybill/pool';
    import { makeMessage, poolOptions, silentHost } from '${fixture}';

    const started = [];
    const allStarted = Promise.withResolvers();
    const pool = await createPool({
      ...poolOptions,
      containment: 'process',
      listener: {
        ...poolOptions.listener,
        processStarted: (processId) => {
          if (started.push(processId) === 2) allStarted.resolve();
        },
      },
    });
    await allStarted.promise;
    const calls = (name) => makeMessage(\`export default (_, { host }) => host.\${name}()\`);
    // One thread is blocked for good, a guest computes in an isolate.
    pool.run(pool.lease('acme'), calls('block'), silentHost).catch(() => {});
    pool.run(pool.lease('globex'), makeMessage('export default () => { for (;;); }'), silentHost).catch(() => {});
    process.stdout.write(JSON.stringify(started), () => process.kill(process.pid, 'SIGKILL'));
  `;
  const { signal, stdout } = await runNode({ code }, { cwd: import.meta.dirname });
  expect(signal).toBe('SIGKILL');
  const processIds = JSON.parse(stdout) as number[];
  expect(processIds).toHaveLength(2);
  await until(() => !processIds.some(isThere), { limitMs: 10_000 });
});

test('Ctrl-C in a terminal reaches all processes at once, and ends only the submitting one', async () => {
  const beats: (() => void)[] = [];
  const ended = Promise.withResolvers<ChildEnd>();
  const child = new PoolChild({
    message: () => beats.shift()?.(),
    broken: (why) => ended.reject(new Error(why)),
    exiting: () => {},
    ended: ended.resolve,
  });
  const nextBeat = (): Promise<void> => new Promise((resolve) => void beats.push(resolve));
  const options = {
    engine: { kind: 'isolate' },
    isolates,
    memoryBytes: 2 ** 23,
    runningIsolates: 1,
    submitterFunctions: [],
    hostModuleUrl: undefined,
  } as const;
  const first = nextBeat();
  child.send({ kind: 'start', plan: { threads: 1, attemptsPerThread: 1, options } });
  await first;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.kill(child.processId, signal);
  const answered = nextBeat();
  child.send({ kind: 'beat' });
  await answered;
  child.kill();
  expect(await ended.promise).toMatchObject({ signal: 'SIGKILL' });
});
