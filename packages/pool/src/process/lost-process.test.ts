import { defaultLimits, parcelLimits, writeParcel } from '@waybill/protocol';
import { deferred, until } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';
import { makeMessage, silentHost, valueOf } from '../open-pool.fixture.ts';
import { openFleet } from './open-fleet.fixture.ts';

// Each starts processes, and what is waited for takes up to four seconds where nothing else runs.
vi.setConfig({ testTimeout: 20_000 });

const waits = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';
// V8 looks for no interrupt inside this built-in: neither its time limit nor disposing its isolate ends it.
const wedges = 'export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
const one = 'export default () => 1';

test('a process that somebody kills fails its attempts as lost, and the spare takes over at once', async () => {
  await using opened = await openFleet();
  const lease = opened.lease();
  const lost = opened.run(lease, waits);
  const told = opened.hears('process lost outside');
  process.kill(lease.processId, 'SIGKILL');
  await expect(lost).rejects.toMatchObject({
    code: 'ERR_WAYBILL_PROCESS_EXITED',
    retryable: true,
    details: { processId: lease.processId, how: 'outside' },
  });
  await told;
  const next = opened.lease();
  expect(next.processId).not.toBe(lease.processId);
  expect(valueOf(await opened.run(next, one))).toBe(1);
  expect(opened.losses).toMatchObject([
    { signal: 'SIGKILL', exitCode: null, reason: 'it ended with SIGKILL' },
  ]);
});

test('a process that crashes is told apart from one that was killed, with what it had to say and what ran there', async () => {
  await using opened = await openFleet();
  const lease = opened.lease();
  const lost = opened.run(lease, waits, { attemptId: 4_711 });
  const gaveUp = expect(lost).rejects.toMatchObject({ details: { how: 'crash' } });
  await until(async () =>
    (await opened.pool.stats()).threads.some((each) => each.attemptCount > 0),
  );
  process.kill(lease.processId, 'SIGSEGV');
  await gaveUp;
  expect(opened.losses).toMatchObject([{ signal: 'SIGSEGV', attemptIds: [4_711], how: 'crash' }]);
  expect(opened.losses[0]?.rssBytes).toBeGreaterThan(2 ** 20);
});

test('a spare that is lost is replaced, and no attempt hears of it', async () => {
  await using opened = await openFleet();
  const { processes } = await opened.pool.stats();
  const spare = processes.find(({ state }) => state === 'spare')?.processId ?? 0;
  const started = opened.hears('process started');
  const running = opened.run(opened.lease(), one);
  process.kill(spare, 'SIGKILL');
  expect(valueOf(await running)).toBe(1);
  await started;
  expect((await opened.pool.stats()).processes).toHaveLength(2);
});

test('a guest that nothing can stop costs its process: what ends there in a moment is reported, nothing new comes, the rest is lost when it is killed', async () => {
  await using opened = await openFleet();
  const lease = opened.lease();
  const deadlineMs = performance.now() + 300;
  const wedged = opened.hears('process wedged');
  const lost = opened.hears('process lost wedged');
  const culprit = opened.run(lease, wedges, { deadlineMs });
  const answer = deferred();
  const answers = async () => {
    await answer.promise;
    return writeParcel('answered', parcelLimits(defaultLimits, 1_000));
  };
  const asks = 'export default (_, { host }) => host.far()';
  const asking = opened.lease('globex');
  const ending = opened.pool
    .run(asking, makeMessage(asks, { tenant: 'globex' }), { ...silentHost, hostCall: answers })
    .finally(() => asking.release());
  const waiting = opened.run(opened.lease('globex'), waits, { tenant: 'globex' });
  const gaveUp = expect(waiting).rejects.toMatchObject({
    code: 'ERR_WAYBILL_PROCESS_EXITED',
    details: { how: 'wedged' },
  });
  await wedged;
  answer.resolve();
  const next = opened.lease();
  expect(next.processId).not.toBe(lease.processId);
  expect(valueOf(await ending)).toBe('answered');
  expect(opened.losses).toEqual([]);
  expect(valueOf(await opened.run(next, one))).toBe(1);
  await Promise.all([gaveUp, lost]);
  expect((await culprit).settlement).toMatchObject({ ok: false });
});

test('a process that answers no more is killed', async () => {
  await using opened = await openFleet();
  const lease = opened.lease();
  const lost = opened.run(lease, waits);
  process.kill(lease.processId, 'SIGSTOP');
  await expect(lost).rejects.toMatchObject({ details: { how: 'silent' } });
});

test('a process that holds more memory than it may is killed', async () => {
  const processes = { count: 1, spares: 1, maxRssBytes: 512 * 2 ** 20, crashLog: undefined };
  await using opened = await openFleet({ processes });
  const lost = opened.run(opened.lease(), 'export default (_, { host }) => host.hoard()');
  await expect(lost).rejects.toMatchObject({ details: { how: 'memory' } });
  expect(opened.losses[0]?.rssBytes).toBeGreaterThan(processes.maxRssBytes);
});

test('a thread that was late and does not answer costs its process', async () => {
  await using opened = await openFleet();
  const lease = opened.lease();
  const lost = opened.run(lease, 'export default (_, { host }) => host.block()');
  const gaveUp = expect(lost).rejects.toMatchObject({ details: { how: 'silent' } });
  // It does not answer any more.
  await until(async () => (await opened.pool.stats()).threads.length === 1);
  expect(await opened.pool.suspect(lease, 1)).toBe('silent');
  await gaveUp;
});
