// Replays what these of Node.js check where a store comes from outside of the thread or of the job:
// test-async-local-storage-{misc-stores,enter-with,no-mix-contexts,http-agent,isolation}.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { foreign, request, session, tenant } from '../support/variables.ts';
import { inOwn } from './replay-bench.ts';
import { carried, odd, port } from './replay-carried.fixture.ts';
import { steps } from './replay-steps.fixture.ts';
import { onEachEngine } from './replay-suite.ts';

const sides = ['here', 'there'] as const;

/** Sets everything to `name`, in what is carried to the pool thread and in what is not. */
function inAll<R>(name: string, fn: () => R): R {
  return tenant.run(name, () => request.run({ id: name }, () => foreign.run(name, fn)));
}

/** What {@link inAll} sets, as it is seen on a side. */
function seenOn(side: 'here' | 'there', name: string): unknown {
  return [name, name, side === 'here' ? name : undefined];
}

onEachEngine(carried, ({ cross, send }) => {
  describe.each(steps)('%s,', (step) => {
    test.each([null, 0, '', false, -0.5, 'text', [{ deep: null }]])(
      'a carried store that is %j is the same in the pool thread',
      async (value) => {
        const errand = { side: 'there', step, program: 'read the odd store' } as const;
        expect(await odd.run(value, () => send(errand))).toEqual([value]);
      },
    );

    test.each([Symbol('odd'), Number.NaN, 1n, () => 'odd', new Map(), new Date()])(
      'a carried store that is %s is refused where the job is submitted, and lost for no other',
      async (value) => {
        const errand = { side: 'there', step, program: 'read the odd store' } as const;
        const code = 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE';
        await expect(odd.run(value, () => send(errand))).rejects.toMatchObject({ code });
        expect(await odd.run('fine', () => send(errand))).toEqual(['fine']);
      },
    );

    test('the far end is in the exact context of the submit, whatever is entered after it', async () => {
      const own = { user: 'Ann' };
      const crossed = session.run(own, () =>
        foreign.run('before', () => {
          const far = cross(step)(() => session.get() === own && foreign.getStore());
          foreign.enterWith('after');
          return far;
        }),
      );
      expect(await crossed).toBe('before');
    });

    test.each(sides)(
      'what a host function enters stays in its call: no later call, job or submitter sees it (%s)',
      async (side) => {
        const job = async (): Promise<unknown> => [
          await send({ side, step, program: 'enter' }),
          request.getStore()?.id,
          foreign.getStore(),
          await send({ side, step, program: 'see' }),
        ];
        const seen = seenOn(side, 'own');
        const after = ['own', 'own', [seen, seen, seen]];
        expect(await inAll('own', job)).toEqual([['own', 'entered', 'entered'], ...after]);
        const none = [undefined, undefined, undefined];
        expect(await send({ side, step, program: 'see' })).toEqual([none, none, none]);
      },
    );

    test.each(sides)('jobs of eight contexts at once never mix (%s)', async (side) => {
      const names = Array.from({ length: 8 }, (_, index) => `tenant-${index}`);
      const jobs = names.flatMap((name) =>
        [1, 2].map(() => inAll(name, () => send({ side, step, program: 'see' }))),
      );
      const seen = names.flatMap((name) =>
        [1, 2].map(() => Array.from({ length: 3 }, () => seenOn(side, name))),
      );
      expect(await Promise.all(jobs)).toEqual(seen);
    });

    test.each(sides)(
      'a connection that jobs take from each other answers each in its own context (%s)',
      async (side) => {
        const server = createServer((_request, response) => response.end('hello'));
        await once(server.listen(0, '127.0.0.1'), 'listening');
        const open = (server.address() as AddressInfo).port;
        const ask = (name: string): Promise<unknown> =>
          port.run(open, () => inAll(name, () => send({ side, step, program: 'ask' })));
        const seen: unknown[] = [];
        for (const name of ['one', 'other']) seen.push(await ask(name));
        server.closeAllConnections();
        await once(server.close(), 'close');
        const answers = ['one', 'other'].map((name) => [seenOn(side, name), seenOn(side, name)]);
        const count = expect.any(Number);
        expect(seen).toEqual(
          answers.map((each) => [
            [...each, count],
            [...each, count],
          ]),
        );
        const counts = (seen as unknown[][][]).flat().map((answer) => answer.at(-1));
        expect(new Set(counts).size).toBe(1);
      },
    );
  });

  test('a job that is submitted in no context sees none', async () => {
    const none = [undefined, undefined, undefined];
    const errand = { side: 'there', step: 'hostCall', program: 'see' } as const;
    expect(await send(errand)).toEqual([none, none, none]);
    expect(await inOwn(() => request.exit(() => send(errand)))).toEqual(
      Array.from({ length: 3 }, () => ['own', undefined, undefined]),
    );
  });
});
