import { getEventListeners } from 'node:events';
import type { Orchestrator, Outcome, WaybillEvents } from '@waybill/orchestrator';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

type Settled = WaybillEvents['job:settled'];

function settledEvents(waybill: Orchestrator): Settled[] {
  const seen: Settled[] = [];
  waybill.on('job:settled', (event) => seen.push(event));
  return seen;
}

function codeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

const loops = 'export default async (_, { host }) => { await host.begun(); for (;;); }';
const waitsForHost = 'export default async (_, { host }) => { await host.slow(); }';
const waitsForWorker =
  'export default async (_, { host }) => { await host.begun(); await host.worker.never(); }';
const neverResolves =
  'export default async (_, { host }) => { await host.begun(); await new Promise((done) => { setTimeout(done, 1e8); }); }';

test.each([
  { doing: 'computes in a loop', source: loops },
  { doing: 'waits for a promise of its own', source: neverResolves },
  { doing: 'waits for a host function of the worker', source: waitsForWorker },
])('a job that is cancelled while it $doing settles once, as cancelled', async ({ source }) => {
  const begun = deferred();
  await withOrchestrator(
    {
      hostFunctions: { begun: () => begun.resolve() },
      workerHostFunctions: workerFunctions,
      limits: { wallMs: 20_000, cpuMs: 10_000 },
    },
    async (waybill) => {
      const events = settledEvents(waybill);
      const running = waybill.run({ id: 'job', source });
      await begun.promise;
      expect(waybill.cancel('job', 'nobody waits for it')).toBe(true);
      const outcome = await running;
      expect(codeOf(outcome)).toBe('ERR_WAYBILL_CANCELLED');
      expect(outcome.ok ? '' : outcome.error.message).toContain('nobody waits for it');
      expect(waybill.cancel('job')).toBe(false);
      expect(events).toMatchObject([{ jobId: 'job', ok: false, code: 'ERR_WAYBILL_CANCELLED' }]);
    },
  );
});

test('a job that is cancelled inside a host call settles at once, and the late reply changes nothing', async () => {
  const begun = deferred();
  const reply = deferred<string>();
  const slow = async (): Promise<string> => {
    begun.resolve();
    return reply.promise;
  };
  await withOrchestrator({ hostFunctions: { slow } }, async (waybill) => {
    const events = settledEvents(waybill);
    const running = waybill.run({ id: 'job', source: waitsForHost });
    await begun.promise;
    waybill.cancel('job');
    expect(codeOf(await running)).toBe('ERR_WAYBILL_CANCELLED');
    reply.resolve('too late');
    const next = await waybill.run({ source: 'export default () => 1' });
    expect(next.ok).toBe(true);
    expect(events.map(({ code }) => code)).toEqual(['ERR_WAYBILL_CANCELLED', undefined]);
  });
});

test('a job that is cancelled while it waits for a place never starts', async () => {
  const begun = deferred();
  const gate = deferred();
  let calls = 0;
  const hostFunctions = {
    hold: () => {
      begun.resolve();
      return gate.promise;
    },
    count: () => void (calls += 1),
  };
  await withOrchestrator({ hostFunctions, attemptsPerThread: 1 }, async (waybill) => {
    const holds = waybill.run({ source: 'export default (_, { host }) => host.hold()' });
    const queued = waybill.run({
      id: 'queued',
      source: 'export default (_, { host }) => host.count()',
    });
    await begun.promise;
    waybill.cancel('queued');
    expect(codeOf(await queued)).toBe('ERR_WAYBILL_CANCELLED');
    gate.resolve();
    expect((await holds).ok).toBe(true);
    expect(calls).toBe(0);
  });
});

test.each([
  { when: 'in the tick of its submit', early: false },
  { when: 'before its submit, by its signal,', early: true },
])('a job that is cancelled $when is not sent to a thread', async ({ early }) => {
  let calls = 0;
  const hostFunctions = { count: () => void (calls += 1) };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = 'export default async (_, { host }) => { await host.count(); for (;;); }';
    const options = early ? { signal: AbortSignal.abort(new Error('given up')) } : {};
    const running = waybill.run({ id: 'job', source }, options);
    if (!early) waybill.cancel('job');
    const outcome = await running;
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_CANCELLED');
    expect((await waybill.stats()).pool.leasedCount).toBe(0);
    expect(calls).toBe(0);
  });
});

test('a job whose signal aborts settles once, keeps the reason as cause and lets go of the signal', async () => {
  const begun = deferred();
  const aborter = new AbortController();
  await withOrchestrator({ hostFunctions: { begun: () => begun.resolve() } }, async (waybill) => {
    const running = waybill.run({ source: neverResolves }, { signal: aborter.signal });
    await begun.promise;
    aborter.abort(new Error('the request was closed'));
    const outcome = await running;
    expect(codeOf(outcome)).toBe('ERR_WAYBILL_CANCELLED');
    const cause = outcome.ok ? undefined : outcome.error.cause;
    expect(cause).toMatchObject({ message: 'the request was closed' });
  });
});

test('a signal that outlives many jobs keeps a listener of none of them', async () => {
  const { signal } = new AbortController();
  await withOrchestrator({ attemptsPerThread: 2 }, async (waybill) => {
    const sources = ['export default () => 1', 'export default () => { throw 1 }'];
    const jobs = sources.flatMap((source) => [{ source }, { source }, { source }]);
    await Promise.all(jobs.map((job) => waybill.run(job, { signal })));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test('a host call that answers after its job has returned is dropped', async () => {
  const reply = deferred<string>();
  const ended = deferred();
  const slow = async (): Promise<string> => reply.promise.finally(() => ended.resolve());
  await withOrchestrator({ hostFunctions: { slow, turn: () => 1 } }, async (waybill) => {
    const events = settledEvents(waybill);
    const source = `export default async (_, { host }) => {
      void host.slow();
      await host.turn();
      return 'early';
    }`;
    expect(await waybill.run({ source })).toMatchObject({ ok: true, value: 'early' });
    reply.resolve('late');
    await ended.promise;
    expect((await waybill.run({ source: 'export default () => 1' })).ok).toBe(true);
    expect(events).toHaveLength(2);
  });
});

test.each([
  {
    what: 'resolves twice',
    body: 'return new Promise((a) => { a(1); a(2); })',
    seen: { value: 1 },
  },
  {
    what: 'resolves and then throws',
    body: 'return new Promise((a) => { a(1); throw new Error(); })',
    seen: { value: 1 },
  },
  {
    what: 'returns a thenable that settles three times',
    body: 'return { then(a, b) { a(1); b(2); a(3) } }',
    seen: { value: 1 },
  },
  {
    what: 'rejects and then resolves',
    body: `return new Promise((a, b) => { b(new Error('first')); a(1); })`,
    seen: { error: { code: 'ERR_WAYBILL_GUEST_THREW' } },
  },
])('a guest that $what settles its job once', async ({ body, seen }) => {
  await withOrchestrator({}, async (waybill) => {
    const events = settledEvents(waybill);
    expect(await waybill.run({ source: `export default () => { ${body} }` })).toMatchObject(seen);
    expect((await waybill.run({ source: 'export default () => 2' })).ok).toBe(true);
    expect(events).toHaveLength(2);
  });
});

test('an id can be used again as soon as its job has settled, and not before', async () => {
  const gate = deferred();
  await withOrchestrator({ hostFunctions: { gate: () => gate.promise } }, async (waybill) => {
    const job = { id: 'same', source: 'export default (_, { host }) => host.gate()' };
    const first = waybill.run(job);
    await expect(waybill.run(job)).rejects.toMatchObject({ code: 'ERR_WAYBILL_DUPLICATE_JOB' });
    gate.resolve();
    expect((await first).ok).toBe(true);
    expect((await waybill.run(job)).ok).toBe(true);
  });
});

test.each(['exit', 'throwLater'])(
  'when a worker thread dies (%s), its jobs settle with a retryable error and the next job runs in a new thread',
  async (how) => {
    await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
      const source = `export default (_, { host }) => host.worker.${how}()`;
      const outcome = await waybill.run({ source });
      expect(codeOf(outcome)).toBe('ERR_WAYBILL_WORKER_EXITED');
      expect(outcome.ok ? false : outcome.error.retryable).toBe(true);
      expect(await waybill.run({ source: 'export default () => 5' })).toMatchObject({ value: 5 });
    });
  },
);
