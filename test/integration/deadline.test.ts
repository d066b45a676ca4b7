import { JobContext } from '@waybill/context';
import type { Orchestrator, Outcome } from '@waybill/orchestrator';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { tenant } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

// How late an outcome may be on a busy machine. The tests tell a deadline from no deadline, not 5 ms from 10.
const slackMs = 5_000;

/** Long enough for a busy machine to bring a job to where it waits, short enough for a test. */
const wallMs = 500;

/** Runs a job first, so that the one whose time is taken finds its isolate and its code ready. */
async function warmUp(waybill: Orchestrator): Promise<void> {
  expect((await waybill.run({ source: 'export default () => 1' })).ok).toBe(true);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startMs = performance.now();
  const result = await work();
  return [result, performance.now() - startMs];
}

function codeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

test.each([
  {
    guest: 'waits for a timer of its own',
    source: 'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
  {
    guest: 'computes',
    source: 'export default () => { for (;;); }',
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
  {
    guest: 'computes after an await',
    source: 'export default async () => { await null; for (;;); }',
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
  {
    guest: 'waits for a host function here',
    source: 'export default (_, { host }) => host.never()',
    code: 'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
  },
  {
    guest: 'waits for a host function in the worker',
    source: 'export default (_, { host }) => host.worker.never()',
    code: 'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
  },
  {
    guest: 'sleeps for longer than it may',
    source: 'export default () => new Promise((done) => { setTimeout(done, 60_000) })',
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
])('a job whose guest $guest settles at its deadline with $code', async ({ source, code }) => {
  await withOrchestrator(
    {
      hostFunctions: { never: () => new Promise(() => {}) },
      workerHostFunctions: workerFunctions,
    },
    async (waybill) => {
      await warmUp(waybill);
      const limits = { wallMs, cpuMs: 10_000 };
      const [outcome, tookMs] = await timed(() => waybill.run({ source, limits }));
      expect(codeOf(outcome)).toBe(code);
      expect(tookMs).toBeGreaterThan(wallMs - 10);
      expect(tookMs).toBeLessThan(wallMs + slackMs);
    },
  );
});

test.each([
  ['awaits a promise that nobody settles', 'export default () => new Promise(() => {})'],
  ['awaits one at the top of its module', 'await new Promise(() => {}); export default () => 1'],
  [
    'awaits two that wait for each other',
    `export default async () => {
      const pair = [];
      const wait = async (index) => { await null; return pair[index]; };
      pair.push(wait(1), wait(0));
      return pair[0];
    }`,
  ],
  [
    'awaits one after host calls and timers',
    `export default async (_, { host }) => {
      await Promise.all([host.echo(1), new Promise((done) => { setTimeout(done, 5); })]);
      await new Promise(() => {});
    }`,
  ],
])('a job whose guest %s is told so at once, not at its deadline', async (_guest, source) => {
  await withOrchestrator(
    { hostFunctions: { echo: (value: unknown) => value } },
    async (waybill) => {
      const limits = { wallMs: 60_000 };
      const [outcome, tookMs] = await timed(() => waybill.run({ source, limits }));
      expect(codeOf(outcome)).toBe('ERR_WAYBILL_GUEST_NEVER_SETTLES');
      expect(tookMs).toBeLessThan(30_000);
    },
  );
});

test('a guest that gave a function away, or that shares a realm, may yet be woken: it waits for its deadline', async () => {
  const kept: unknown[] = [];
  const hostFunctions = { keep: (fn: unknown) => void kept.push(fn) };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const limits = { wallMs };
    const gives =
      'export default async (_, { host }) => { await host.keep(() => 1); await new Promise(() => {}); }';
    const shares = 'export default () => new Promise(() => {})';
    await using shared = await waybill.deploy({ name: 'f', source: shares, limits });
    const outcomes = await Promise.all([waybill.run({ source: gives, limits }), shared.run()]);
    expect(outcomes.map(codeOf)).toEqual([
      'ERR_WAYBILL_DEADLINE_EXCEEDED',
      'ERR_WAYBILL_DEADLINE_EXCEEDED',
    ]);
  });
});

test('a job that is still queued at its deadline settles with ERR_WAYBILL_QUEUE_DEADLINE and never starts', async () => {
  const gate = deferred();
  const started: string[] = [];
  await withOrchestrator(
    { attemptsPerThread: 1, hostFunctions: { gate: () => gate.promise } },
    async (waybill) => {
      waybill.on('job:started', ({ jobId }) => started.push(jobId));
      const source = 'export default (_, { host }) => host.gate()';
      const first = waybill.run({ id: 'first', source });
      const queued = await waybill.run({ id: 'queued', source, limits: { wallMs: 50 } });
      expect(queued).toMatchObject({
        ok: false,
        error: { code: 'ERR_WAYBILL_QUEUE_DEADLINE', blame: 'host', retryable: true },
        bill: { wallMs: 0, cpuMs: 0 },
      });
      expect(queued.bill.queueMs).toBeGreaterThan(45);
      gate.resolve();
      expect((await first).ok).toBe(true);
      expect(started).toEqual(['first']);
    },
  );
});

test('one budget covers queue wait, host calls, timers and computing together', async () => {
  const hostFunctions = { wait: async (ms: number) => pause(ms) };
  await withOrchestrator({ hostFunctions, attemptsPerThread: 1 }, async (waybill) => {
    await warmUp(waybill);
    const ahead = waybill.run({ source: 'export default (_, { host }) => host.wait(500)' });
    // The guest's own timer is part of what the budget has to cover.
    const source = `export default async (_, { host }) => {
      await host.wait(400);
      const until = Date.now() + 300;
      while (Date.now() < until);
      await new Promise((done) => { setTimeout(done, 400) });
      return 'done';
    }`;
    // 1,100 ms of its own fit into the budget; after half a second in the queue they do not.
    const limits = { wallMs: 1_500, cpuMs: 5_000 };
    const [outcome, tookMs] = await timed(() => waybill.run({ source, limits }));
    expect(codeOf(outcome)).toMatch(/DEADLINE_EXCEEDED|HOST_FUNCTION_TIMEOUT/);
    expect(outcome.bill.queueMs).toBeGreaterThan(400);
    expect(tookMs).toBeGreaterThan(1_490);
    expect((await ahead).ok).toBe(true);
  });
});

test("a host function's signal aborts at the deadline, in the job's context, and its deadline is the job's", async () => {
  const aborted = deferred<unknown>();
  const seen: unknown[] = [];
  const untilAborted = (): Promise<never> => {
    const job = JobContext.current();
    seen.push(
      Math.round((job?.deadlineMs ?? 0) - performance.now()) <= wallMs,
      job?.signal.aborted,
    );
    job?.signal.addEventListener('abort', () => {
      seen.push(tenant.get());
      aborted.resolve(job.signal.reason);
    });
    return new Promise(() => {});
  };
  await withOrchestrator({ hostFunctions: { untilAborted } }, async (waybill) => {
    await warmUp(waybill);
    const source = 'export default (_, { host }) => host.untilAborted()';
    const run = (): Promise<Outcome> => waybill.run({ source, limits: { wallMs } });
    const outcome = await tenant.run('acme', run);
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_HOST_FUNCTION_TIMEOUT');
    expect(await aborted.promise).toMatchObject({ code: 'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT' });
    expect(seen).toEqual([true, false, 'acme']);
  });
});

test("the signal of a worker's host function aborts at the deadline, in the job's context", async () => {
  await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
    await warmUp(waybill);
    const source = 'export default (_, { host }) => host.worker.untilAborted()';
    const run = (): Promise<Outcome> => waybill.run({ source, limits: { wallMs } });
    expect(codeOf(await tenant.run('acme', run))).toBe('ERR_WAYBILL_HOST_FUNCTION_TIMEOUT');
    const aborts = 'export default (_, { host }) => host.worker.aborts()';
    expect(await waybill.run({ source: aborts })).toMatchObject({ value: ['acme'] });
  });
});

test("the guest's signal aborts at the deadline, and what it left in its warm realm hears why", async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `
      const heard = [];
      export default async (waits, { signal }) => {
        if (!waits) return heard;
        heard.push(signal.aborted);
        signal.addEventListener('abort', () => heard.push([signal.aborted, signal.reason.name]));
        await new Promise(() => {});
      }`;
    await using deployment = await waybill.deploy({ name: 'f', source });
    expect((await deployment.run(false)).ok).toBe(true);
    const limits = { wallMs };
    const outcome = await waybill.run({ function: 'f', input: true, limits });
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
    expect(await deployment.run(false)).toMatchObject({ value: [false, [true, 'AbortError']] });
  });
});

test('the signal of a host function aborts also when the guest returns without waiting', async () => {
  const aborted = deferred<unknown>();
  const watch = (): Promise<never> => {
    const signal = JobContext.current()?.signal;
    signal?.addEventListener('abort', () => aborted.resolve(signal.reason));
    return new Promise(() => {});
  };
  await withOrchestrator({ hostFunctions: { watch, turn: () => 1 } }, async (waybill) => {
    const source = `export default async (_, { host }) => { void host.watch(); await host.turn(); }`;
    expect((await waybill.run({ source })).ok).toBe(true);
    expect(await aborted.promise).toMatchObject({ code: 'ERR_WAYBILL_CONTEXT_REVOKED' });
  });
});

test('a job whose thread is blocked by a host function is settled no later than its deadline plus two seconds', async () => {
  const graceMs = 100;
  await withOrchestrator({ workerHostFunctions: workerFunctions, graceMs }, async (waybill) => {
    await warmUp(waybill);
    const source = 'export default (_, { host }) => host.worker.block(3_000)';
    const [outcome, tookMs] = await timed(() => waybill.run({ source, limits: { wallMs } }));
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_WORKER_UNRESPONSIVE');
    expect(tookMs).toBeGreaterThan(wallMs + graceMs - 10);
    expect(tookMs).toBeLessThan(wallMs + 2_000);
  });
});

test('a guest that used up its cpu budget fails with ERR_WAYBILL_GUEST_CPU_LIMIT, however many turns it took', async () => {
  await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
    const source = `export default async (_, { host }) => {
      for (;;) {
        const until = Date.now() + 20;
        while (Date.now() < until);
        await host.turn();
      }
    }`;
    const outcome = await waybill.run({ source, limits: { wallMs: 20_000, cpuMs: 200 } });
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_GUEST_CPU_LIMIT');
    // At least the third of the limit below which the machine is blamed.
    expect(outcome.bill.cpuMs).toBeGreaterThan(60);
  });
});
