import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';
import { RunningCounts } from './running-counts.ts';

interface TestJob {
  readonly tenant: string;
  readonly priority: number;
  readonly number: number;
}

interface Share {
  readonly weight: number;
  readonly maxRunning: number;
}

const plain: Share = { weight: 1, maxRunning: Infinity };

function openQueue(shares: Readonly<Record<string, Share>> = {}) {
  const shareOf = (tenant: string): Share => shares[tenant] ?? plain;
  const running = new RunningCounts((tenant) => shareOf(tenant).maxRunning);
  const queue = new FairQueue<TestJob>({ weightOf: (tenant) => shareOf(tenant).weight, running });
  let number = 0;
  return {
    queue,
    running,
    shareOf,
    enter: (tenant: string, priority = 0): TestJob => {
      const job = { tenant, priority, number: ++number };
      queue.enter(job, tenant, priority);
      return job;
    },
    serve: (count: number): string[] =>
      Array.from({ length: count }).flatMap(() => queue.serveNext(() => true)?.job.tenant ?? []),
  };
}

test('tenants get their weight in turns each time they come round', () => {
  const { enter, serve } = openQueue({ heavy: { ...plain, weight: 3 } });
  for (let count = 0; count < 6; count++) for (const tenant of ['heavy', 'light']) enter(tenant);
  expect(serve(8)).toEqual([
    'heavy',
    'heavy',
    'heavy',
    'light',
    'heavy',
    'heavy',
    'heavy',
    'light',
  ]);
});

test('a tenant that comes back has saved nothing up, and stands at the end', () => {
  const { enter, serve } = openQueue({ a: { ...plain, weight: 2 } });
  enter('a');
  enter('b');
  enter('c');
  expect(serve(1)).toEqual(['a']);
  for (let count = 0; count < 4; count++) enter('a');
  expect(serve(5)).toEqual(['b', 'c', 'a', 'a', 'a']);
});

test('a tenant that runs as much as it may keeps its turn until one of its jobs has ended', () => {
  const { enter, serve, running } = openQueue({ a: { weight: 1, maxRunning: 1 } });
  for (const tenant of ['a', 'a', 'b', 'b', 'b']) enter(tenant);
  expect(serve(3)).toEqual(['a', 'b', 'b']);
  running.remove('a');
  expect(serve(2)).toEqual(['a', 'b']);
});

test('a tenant for which there is no place is passed over, and the next one has its turn', () => {
  const { enter, queue } = openQueue();
  for (const tenant of ['a', 'b']) enter(tenant);
  const asked: string[] = [];
  const served = queue.serveNext((tenant) => {
    asked.push(tenant);
    return tenant === 'b' ? 'a place' : undefined;
  });
  expect(served).toMatchObject({ job: { tenant: 'b' }, place: 'a place' });
  expect(asked).toEqual(['a', 'b']);
  expect(queue.serveNext(() => undefined)).toBeUndefined();
  expect(queue.size).toBe(1);
});

test('the turns until a job is served are known before it enters', () => {
  const { enter, serve, queue } = openQueue({ heavy: { ...plain, weight: 3 } });
  for (let count = 0; count < 10; count++) enter('heavy');
  expect(queue.turnsUntil('light')).toBe(4);
  expect(queue.turnsUntil('heavy')).toBe(11);
  enter('light');
  expect(serve(queue.turnsUntil('light'))).toContain('light');
});

test('a tenant with ten thousand queued jobs delays the single job of another by at most one turn', () => {
  const { enter, queue, running } = openQueue();
  for (let count = 0; count < 10_000; count++) enter('loud');
  // One place: somebody is served whenever a job ends.
  const served = { loud: 0, quiet: 0 };
  let enteredCount = 0;
  let loudBefore = 0;
  let seed = 7;
  for (let round = 0; round < 1_000; round++) {
    seed = (seed * 48_271) % 2_147_483_647;
    if (seed % 5 === 0 && queue.sizeOf('quiet') === 0) {
      enter('quiet');
      enteredCount += 1;
      loudBefore = 0;
    }
    const isWaiting = queue.sizeOf('quiet') > 0;
    const next = queue.serveNext(() => true)?.job.tenant === 'quiet' ? 'quiet' : 'loud';
    running.remove(next);
    served[next] += 1;
    if (next === 'loud' && isWaiting) expect(++loudBefore).toBeLessThanOrEqual(1);
  }
  expect(enteredCount).toBeGreaterThan(100);
  expect(served).toEqual({
    quiet: enteredCount - queue.sizeOf('quiet'),
    loud: 10_000 - queue.sizeOf('loud'),
  });
});

test.each([1, 10_000])(
  'of a hundred thousand jobs of %i tenants each is served or gone, and each turn looks at one tenant',
  (tenantCount) => {
    let lookCount = 0;
    const running = new RunningCounts(() => {
      lookCount += 1;
      return Infinity;
    });
    const queue = new FairQueue<number>({ weightOf: () => 1, running });
    for (let job = 0; job < 100_000; job++) queue.enter(job, `t${job % tenantCount}`, 0);
    for (let job = 1; job < 100_000; job += 2) queue.leave(job);
    const served = new Set<number>();
    for (;;) {
      const next = queue.serveNext(() => true);
      if (next === undefined) break;
      served.add(next.job);
    }
    expect(queue.size).toBe(0);
    expect(served.size).toBe(50_000);
    expect([...served].every((job) => job % 2 === 0)).toBe(true);
    expect(lookCount).toBe(50_000);
  },
);

test('shares come to the weights within one turn of each tenant, as long as all wait', () => {
  const anyWeights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(anyWeights, fc.integer({ min: 1, max: 12 }), (weights, roundCount) => {
      const shares = weights.map((weight, index) => [`t${index}`, { ...plain, weight }] as const);
      const { enter, serve } = openQueue(Object.fromEntries(shares));
      const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
      const servedCount = roundCount * weightSum - (roundCount % weightSum);
      for (const [tenant] of shares) for (let n = 0; n <= servedCount; n++) enter(tenant);
      const served = serve(servedCount);
      for (const [tenant, { weight }] of shares) {
        const got = served.filter((each) => each === tenant).length;
        expect(Math.abs(got - (servedCount * weight) / weightSum)).toBeLessThanOrEqual(weight);
      }
    }),
  );
});

const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      tenant: fc.nat({ max: 3 }),
      priority: fc.integer({ min: -1, max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('serve' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), index: fc.nat() }) },
);

const anyShare = fc.record({
  weight: fc.integer({ min: 1, max: 3 }),
  maxRunning: fc.integer({ min: 1, max: 3 }),
});

/** The queue beside a list that is searched from the front, and what must be true of both. */
function openModel(shares: readonly Share[]) {
  const opened = openQueue(Object.fromEntries(shares.map((share, index) => [`t${index}`, share])));
  let waiting: TestJob[] = [];
  const runs: TestJob[] = [];
  // By tenant that waits below its cap: the turns of each other one since it does.
  const since = new Map<string, Map<string, number>>();
  const mayTake = (tenant: string): boolean =>
    waiting.some((job) => job.tenant === tenant) && !opened.running.isFull(tenant);
  const look = (): void => {
    for (let index = 0; index < shares.length; index++) {
      const tenant = `t${index}`;
      if (!mayTake(tenant)) since.delete(tenant);
      else if (!since.has(tenant)) since.set(tenant, new Map());
    }
  };
  const remove = (job: TestJob): void => void (waiting = waiting.filter((each) => each !== job));
  const checkServed = (job: TestJob): void => {
    const own = waiting.filter(({ tenant }) => tenant === job.tenant);
    const first = own.toSorted((a, b) => b.priority - a.priority || a.number - b.number)[0];
    expect(job).toBe(first);
    for (const [other, turns] of since) {
      if (other === job.tenant) since.set(other, new Map());
      else turns.set(job.tenant, (turns.get(job.tenant) ?? 0) + 1);
    }
    for (const turns of since.values()) {
      for (const [tenant, count] of turns) {
        expect(count).toBeLessThanOrEqual(opened.shareOf(tenant).weight);
      }
    }
  };
  return {
    enter(tenant: string, priority: number) {
      waiting.push(opened.enter(tenant, priority));
      look();
    },
    leave(index: number) {
      const job = waiting[index % waiting.length];
      if (job === undefined) return;
      expect(opened.queue.leave(job)).toBe(true);
      expect(opened.queue.leave(job)).toBe(false);
      remove(job);
      look();
    },
    serve() {
      const anyMay = waiting.some(({ tenant }) => mayTake(tenant));
      const job = opened.queue.serveNext(() => true)?.job;
      expect(job !== undefined).toBe(anyMay);
      if (job === undefined) return;
      checkServed(job);
      remove(job);
      runs.push(job);
      expect(opened.running.of(job.tenant)).toBeLessThanOrEqual(
        opened.shareOf(job.tenant).maxRunning,
      );
      look();
    },
    end(index: number) {
      const [job] = runs.splice(index % Math.max(1, runs.length), 1);
      if (job !== undefined) opened.running.remove(job.tenant);
      look();
    },
    check() {
      expect(opened.queue.size).toBe(waiting.length);
      expect(opened.running.total).toBe(runs.length);
    },
  };
}

test('nothing is lost or served twice, order and caps are kept, and nobody takes more than its weight before one that waits', () => {
  const anyShares = fc.array(anyShare, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(anyShares, fc.array(anyStep, { maxLength: 80, size: 'max' }), (shares, steps) => {
      const model = openModel(shares);
      for (const step of steps) {
        if (step.kind === 'enter') model.enter(`t${step.tenant}`, step.priority);
        else if (step.kind === 'leave') model.leave(step.index);
        else if (step.kind === 'serve') model.serve();
        else model.end(step.index);
        model.check();
      }
    }),
  );
});
