import { makeError } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate, engines } from '../guest.fixture.ts';

test.each(engines)(
  'what is asked for late is made for its own job, whatever began meanwhile (%s)',
  async (engine) => {
    await using guest = new TestIsolate({ engine, names: ['wait', 'who'] });
    const realm = await guest.warm(`
      export default async (input, environment) => {
        if (input.waits) await environment.host.wait();
        environment.log('told by', input.id);
        return [environment.context.get('id'), await environment.host.who(), environment.signal.aborted];
      }`);
    const gate = deferred();
    const waits = deferred();
    const wait = (): Promise<void> => {
      waits.resolve();
      return gate.promise;
    };
    const start = (id: string) =>
      guest.start(realm, undefined, {
        input: { id, waits: id === 'first' },
        context: [['id', JSON.stringify(`context of ${id}`)]],
        host: { wait, who: () => id },
      });
    const first = start('first');
    await waits.promise;
    const second = await guest.ended(start('second'));
    gate.resolve();
    const [late, again] = [await guest.ended(first), await guest.ended(start('second'))];
    expect([late.value, late.logs]).toEqual([
      ['context of first', 'first', false],
      ['told by first'],
    ]);
    for (const { value, logs } of [second, again]) {
      expect([value, logs]).toEqual([['context of second', 'second', false], ['told by second']]);
    }
  },
);

test('jobs with the same settings share nothing that they count or are given', async () => {
  await using guest = new TestIsolate({ host: { echo: (value: unknown) => value } });
  const realm = await guest.warm(`
    const kept = [];
    export default async (input, { host, context }) => {
      const user = context.get('user');
      kept.push(context, user, context.names);
      let changed = 'changed';
      try { user.name = 'mallory'; user.roles.push('admin'); } catch (error) { changed = error.name; }
      const calls = [];
      for (let count = 0; count < 3; count++) calls.push(await host.echo(count).catch((error) => error.code));
      return [user, changed, calls, new Set(kept).size === kept.length];
    }`);
  const options = {
    context: [['user', '{"name":"ann","roles":["reader"]}']],
    limits: { hostCalls: 2 },
  } as const;
  for (const _job of ['one', 'two', 'three']) {
    const { value } = await guest.ended(guest.start(realm, undefined, options));
    expect(value).toEqual([
      { name: 'ann', roles: ['reader'] },
      'TypeError',
      [0, 1, 'ERR_WAYBILL_HOST_CALL_LIMIT'],
      true,
    ]);
  }
});

test('what a later job first asks of an environment that was left to it is dead', async () => {
  await using guest = new TestIsolate({ names: ['who'] });
  const realm = await guest.warm(`
    let left;
    const attempt = async (fn) => { try { return await fn(); } catch (error) { return error.code; } };
    export default async (input, environment) => {
      if (input === 'leave') { left = environment; return; }
      left.log('from the grave');
      left.signal.onabort = () => environment.log('aborted');
      return [
        await attempt(() => left.host.who()),
        await attempt(() => left.context.get('id')),
        left.signal.aborted,
        environment.context.get('id'),
      ];
    }`);
  const first = guest.start(realm, undefined, { input: 'leave', context: [['id', '1']] });
  await guest.ended(first);
  const second = guest.start(realm, undefined, { context: [['id', '2']] });
  const { value, logs } = await guest.ended(second);
  expect(value).toEqual(['ERR_WAYBILL_JOB_ENDED', 'ERR_WAYBILL_JOB_ENDED', false, 2]);
  expect([first.logs, logs]).toEqual([[], []]);
});

test('a signal that is first looked at after it fired is aborted, for the reason that was told', async () => {
  await using guest = new TestIsolate({ names: ['wait'] });
  const realm = await guest.warm(`
    let seen;
    export default async (input, environment) => {
      if (input === 'look') return seen;
      try { await environment.host.wait(); } catch {}
      const { signal } = environment;
      signal.addEventListener('abort', () => { seen = 'fired again'; });
      seen = [signal.aborted, signal.reason.name, signal.reason.message, signal === environment.signal];
    }`);
  const waits = deferred();
  const wait = (): Promise<never> => {
    waits.resolve();
    return new Promise(() => {});
  };
  const job = guest.start(realm, undefined, { host: { wait } });
  await waits.promise;
  job.stop(makeError('ERR_WAYBILL_CANCELLED', 'cancelled by the test'));
  await job.settled;
  await job.idle();
  const { value } = await guest.ended(guest.start(realm, undefined, { input: 'look' }));
  expect(value).toEqual([true, 'AbortError', 'cancelled by the test', true]);
});

test('an environment cannot be changed, has no prototype, and gives the same each time', async () => {
  await using guest = new TestIsolate();
  const value = await guest.value(`
    Object.prototype.host = 'mine';
    Object.prototype.get = () => 'mine';
    export default (input, environment) => {
      const names = Object.keys(environment);
      const refused = [...names, 'more'].filter((name) => !Reflect.defineProperty(environment, name, { __proto__: null, value: 1 }));
      const { get } = Object.getOwnPropertyDescriptor(environment, 'signal');
      return [
        names,
        refused,
        Object.getPrototypeOf(environment),
        names.every((name) => environment[name] === environment[name] && environment[name] !== 'mine'),
        get.call({ signal: 'mine' }) === environment.signal,
        'prototype' in get,
      ];
    }`);
  const names = ['host', 'context', 'signal', 'log'];
  expect(value).toEqual([names, [...names, 'more'], null, true, true, false]);
});

test('an environment is no result', async () => {
  await using guest = new TestIsolate();
  const { code } = await guest.run('export default (input, environment) => environment');
  expect(code).toBe('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE');
});

test('what could not be made for want of stack is made at the next look', async () => {
  await using guest = new TestIsolate({ host: { echo: (value: unknown) => value } });
  const value = await guest.value(
    `export default async (input, environment) => {
      let failed = 0;
      const deep = (look) => {
        try { deep(look); } catch { try { look(); } catch { failed += 1; } }
      };
      for (const name of ['host', 'context', 'signal', 'log']) deep(() => environment[name]);
      environment.log('still here');
      return [failed > 0, environment.context.get('id'), environment.signal.aborted, await environment.host.echo(7)];
    }`,
    { context: [['id', '1']] },
  );
  expect(value).toEqual([true, 1, false, 7]);
});
