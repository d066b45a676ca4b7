import { type WaybillError, makeError } from '@waybill/protocol';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from './guest.fixture.ts';

test('many jobs at once in one realm each keep their own host, context, signal and log', async () => {
  await using _leaks = leakCheck();
  await using guest = new TestIsolate({ names: ['who'] });
  const realm = await guest.warm(`
    let count = 0;
    export default async (input, { host, context, log }) => {
      count += 1;
      log('begin', input);
      const first = await host.who();
      const { promise, resolve } = Promise.withResolvers();
      setTimeout(resolve, input % 3);
      await promise;
      const second = await host.who();
      log('end', input);
      return [input, context.get('id'), first, second];
    }`);
  const jobs = Array.from({ length: 50 }, (_, index) =>
    guest.start(realm, undefined, {
      input: index,
      context: [['id', `${index}`]],
      host: {
        who: async () => {
          await Promise.resolve();
          return index;
        },
      },
    }),
  );
  for (const [index, job] of jobs.entries()) {
    const { value, logs } = await guest.ended(job);
    expect(value).toEqual([index, index, index, index]);
    expect(logs).toEqual([`begin ${index}`, `end ${index}`]);
  }
  expect(realm.jobCount).toBe(0);
});

test('what a settled job left behind acts neither as that job nor as the next', async () => {
  await using guest = new TestIsolate({ names: ['who'] });
  const realm = await guest.warm(`
    let saved;
    const attempt = async (fn) => { try { return await fn(); } catch (error) { return error.code; } };
    export default async (input, environment) => {
      if (input === 'save') { saved = environment; return; }
      const { host, context, log } = saved;
      log('as the first');
      return [
        await attempt(() => host.who()),
        await attempt(() => context.get('id')),
        await attempt(() => context.has('id')),
        await attempt(() => environment.host.who()),
      ];
    }`);
  const first = guest.start(realm, undefined, {
    input: 'save',
    context: [['id', '1']],
    host: { who: () => 'first' },
  });
  await guest.ended(first);
  const second = guest.start(realm, undefined, { host: { who: () => 'second' } });
  const { value } = await guest.ended(second);
  const ended = 'ERR_WAYBILL_JOB_ENDED';
  expect(value).toEqual([ended, ended, ended, 'second']);
  expect([first.logs, second.logs]).toEqual([[], []]);
});

test('while both run, a function that one job left to another acts as its owner', async () => {
  await using guest = new TestIsolate({ names: ['who', 'wait'] });
  const realm = await guest.warm(`
    let saved;
    export default async (input, { host }) => {
      if (input === 'owner') { saved = host.who; await host.wait(); return 'owner done'; }
      return saved();
    }`);
  const gate = deferred();
  const waits = deferred();
  const owner = guest.start(realm, undefined, {
    input: 'owner',
    host: {
      who: () => 'the owner',
      wait: () => {
        waits.resolve();
        return gate.promise;
      },
    },
  });
  await waits.promise;
  const other = guest.start(realm, undefined, { host: { who: () => 'the other' } });
  expect((await guest.ended(other)).value).toBe('the owner');
  gate.resolve();
  expect((await guest.ended(owner)).value).toBe('owner done');
});

test('a host call that another job waits for is refused when its owner is stopped', async () => {
  await using guest = new TestIsolate({ names: ['load', 'ready'] });
  const realm = await guest.warm(`
    let shared;
    export default async (input, { host }) => {
      if (shared === undefined) { shared = host.load(); return shared; }
      host.ready();
      try { return await shared; } catch (error) { return error.code; }
    }`);
  const called = deferred();
  const ready = deferred();
  const owner = guest.start(realm, undefined, {
    host: {
      load: () => {
        called.resolve();
        return new Promise(() => {});
      },
    },
  });
  await called.promise;
  const other = guest.start(realm, undefined, { host: { ready: () => ready.resolve() } });
  await ready.promise;
  owner.stop(stopped());
  expect((await guest.ended(owner)).code).toBe('ERR_WAYBILL_CANCELLED');
  expect((await guest.ended(other)).value).toBe('ERR_WAYBILL_JOB_ENDED');
});

test('a job that is stopped hears its signal, and what it does then has no effect', async () => {
  await using guest = new TestIsolate({ names: ['wait', 'peek'] });
  const realm = await guest.warm(`
    const heard = [];
    export default async (input, { host, signal, log }) => {
      if (input === 'peek') return heard;
      signal.addEventListener('abort', (event) => heard.push(event.type, signal.reason.name, signal.reason.message));
      signal.onabort = () => { heard.push('onabort'); log('too late'); };
      try { await host.wait(); } catch (error) { heard.push(error.code); }
    }`);
  const waiting = deferred();
  const job = guest.start(realm, undefined, {
    host: {
      wait: () => {
        waiting.resolve();
        return new Promise(() => {});
      },
    },
  });
  await waiting.promise;
  job.stop(stopped());
  const { logs } = await guest.ended(job);
  await job.idle();
  expect(job.leavesRealmUnsure).toBe(false);
  const { value } = await guest.ended(guest.start(realm, undefined, { input: 'peek' }));
  expect(value).toEqual([
    'onabort',
    'abort',
    'AbortError',
    'cancelled by the test',
    'ERR_WAYBILL_JOB_ENDED',
  ]);
  expect(logs).toEqual([]);
});

test('an abort listener that loops is cut off and leaves the realm unsure', async () => {
  await using guest = new TestIsolate({ names: ['wait'] });
  const realm = await guest.warm(`
    export default async (input, { host, signal }) => {
      signal.onabort = () => { for (;;); };
      await host.wait();
    }`);
  const waiting = deferred();
  const job = guest.start(realm, undefined, {
    host: {
      wait: () => {
        waiting.resolve();
        return new Promise(() => {});
      },
    },
  });
  await waiting.promise;
  job.stop(stopped());
  await job.settled;
  await job.idle();
  expect(job.cutBy).toBe('interrupt');
});

test('a program that fails to evaluate fails its deployment, with its own error', async () => {
  await using guest = new TestIsolate();
  await expect(guest.warm('throw new RangeError("at the top")')).rejects.toMatchObject({
    code: 'ERR_WAYBILL_GUEST_THREW',
  });
  await expect(guest.warm('export const a = 1')).rejects.toMatchObject({
    code: 'ERR_WAYBILL_GUEST_NO_ENTRY',
  });
});

test('jobs that come before the program is evaluated run when it is', async () => {
  await using guest = new TestIsolate();
  const realm = await guest.isolate.openRealm();
  const early = guest.start(realm, undefined, { input: 1 });
  const first = guest.start(realm, `await null; await null; export default (input) => input * 10`, {
    input: 2,
  });
  expect((await guest.ended(early)).value).toBe(10);
  expect((await guest.ended(first)).value).toBe(20);
});

function stopped(): WaybillError {
  return makeError('ERR_WAYBILL_CANCELLED', 'cancelled by the test');
}
