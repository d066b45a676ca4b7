import { type HostFunction, type SubmitterApi, makeError } from '@waybill/protocol';
import type { Peer } from '@waybill/rpc';
import { openIsolateEngine } from '@waybill/sandbox/isolate';
import { leakCheck } from '@waybill/testkit';
import { isolateSettings, memoryBytes } from './bench.fixture.ts';
import { makeRunClock } from './entry-url.ts';
import { PoolThread } from './pool-thread.ts';

/** What the submitting thread answers in a test; what is not given answers nothing. */
export type Answers = {
  readonly [Name in keyof SubmitterApi]?: (...args: Parameters<SubmitterApi[Name]>) => unknown;
};

/** A {@link PoolThread} in the thread of the test, whose submitting thread is an object of the test. */
export interface TestThread extends AsyncDisposable {
  readonly thread: PoolThread;
  /** Names of what the submitting thread was called for, in order. */
  readonly called: string[];
}

/** Opens a {@link TestThread}; its end closes the thread and proves that nothing is left. */
export function openThread(
  answers: Answers = {},
  hostFunctions: Readonly<Record<string, HostFunction>> = {},
): TestThread {
  const leaks = leakCheck();
  const called: string[] = [];
  const submitter = {
    broken: new AbortController().signal,
    async call(name: keyof SubmitterApi, args: readonly unknown[]): Promise<unknown> {
      called.push(name);
      const answer = answers[name] as ((...passed: readonly unknown[]) => unknown) | undefined;
      return answer?.(...args);
    },
  };
  const options = {
    engine: { kind: 'isolate' } as const,
    isolates: isolateSettings,
    memoryBytes,
    runningIsolates: 2,
    runClock: makeRunClock(),
    submitterFunctions: ['far'],
    hostModuleUrl: undefined,
  };
  const thread = new PoolThread(options, new Map(Object.entries(hostFunctions)), (shared) =>
    openIsolateEngine({ ...shared, ...options }),
  );
  thread.connect(submitter as unknown as Peer<SubmitterApi>);
  return {
    thread,
    called,
    async [Symbol.asyncDispose]() {
      await thread.close(makeError('ERR_WAYBILL_CLOSED', 'the test is over'));
      await leaks[Symbol.asyncDispose]();
    },
  };
}
