import { type Outcome, unwrap } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { foreign, plan, request, session, tenant, token, trace } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const ownPlan = { name: 'gold', tags: ['a', 'b'] };
const ownSession = { user: 'Ann' };
const ownRequest = { id: 'r1' };
const secret = 'sesame-4711';

/** Runs `fn` where everything is set. */
function inside<R>(fn: () => R): R {
  const stores = (): R => foreign.run('foreign', () => request.run(ownRequest, fn));
  const variables = (): R => session.run(ownSession, () => token.run(secret, stores));
  return tenant.run('acme', () => trace.run('t1', () => plan.run(ownPlan, variables)));
}

/** What is set here, the same objects. */
function seenHere(): readonly unknown[] {
  return [
    tenant.get(),
    trace.get(),
    plan.get(),
    session.get(),
    token.get(),
    request.getStore(),
    foreign.getStore(),
  ];
}

const everything = ['acme', 't1', ownPlan, ownSession, secret, ownRequest, 'foreign'];

test('here a host function, a log callback, an event and the code after run see the exact context of the submitter', async () => {
  const seen: (readonly unknown[])[] = [];
  const look = (): void => void seen.push(seenHere());
  const hostFunctions = {
    look: async () => {
      look();
      await pause();
      look();
      queueMicrotask(look);
      process.nextTick(look);
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    waybill.on('job:admitted', look);
    waybill.on('job:settled', look);
    const source = `export default async (_, { host, log }) => { log('line'); await host.look(); }`;
    await inside(async () => {
      await waybill.run({ source }, { onLog: look });
      look();
    });
    expect(seen).toHaveLength(8);
    for (const each of seen) {
      for (const [index, value] of everything.entries()) expect(each[index]).toBe(value);
    }
    expect(seenHere()).toEqual(everything.map(() => undefined));
  });
});

test('the context is the one of the submit, whatever the submitter changes before the job runs', async () => {
  const hostFunctions = { look: () => [tenant.get(), foreign.getStore()] };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = `export default async (_, { host, context }) => [await host.look(), context.get('tenant')]`;
    const running = tenant.run('first', () =>
      foreign.run('first', () => {
        const job = waybill.run({ source });
        foreign.enterWith('second');
        return job;
      }),
    );
    expect(unwrap(await running)).toEqual([['first', 'first'], 'first']);
  });
});

test('in the worker a host function sees what is carried there, as copies, and nothing else', async () => {
  await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
    const source = `export default async (_, { host }) =>
      [await host.worker.seen(), await host.worker.seenLater()]`;
    const outcome = await inside(() => waybill.run<unknown[]>({ source }));
    const carried = {
      tenant: 'acme',
      trace: 't1',
      plan: ownPlan,
      request: ownRequest,
      token: undefined,
      session: undefined,
      foreign: undefined,
    };
    expect(unwrap(outcome)).toEqual([carried, carried]);
  });
});

test('the guest sees what is guest-visible, by name, frozen to the bottom, and can change nothing', async () => {
  await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
    const source = `'use strict'; export default async (_, { host, context }) => {
      const attempts = [
        () => { context.get('plan').name = 'free' },
        () => { context.get('plan').tags.push('c') },
        () => { context.names.push('token') },
        () => { context.get = () => 'mine' },
        () => { context.tenant = 'mine' },
      ];
      const refused = attempts.map((attempt) => { try { attempt(); return 'done' } catch (e) { return e.name } });
      return {
        names: [...context.names].sort(),
        values: ['tenant', 'plan', 'trace', 'token', 'session', 'request', 'toString', '__proto__']
          .map((name) => [name, context.has(name), context.get(name)]),
        refused,
        after: await host.worker.seen(),
      };
    }`;
    const outcome = await inside(() => waybill.run({ source }));
    expect(unwrap(outcome)).toMatchObject({
      names: ['plan', 'tenant'],
      values: [
        ['tenant', true, 'acme'],
        ['plan', true, ownPlan],
        ...['trace', 'token', 'session', 'request', 'toString', '__proto__'].map((name) => [
          name,
          false,
          undefined,
        ]),
      ],
      refused: Array.from({ length: 5 }, () => 'TypeError'),
      after: { plan: ownPlan },
    });
    expect(ownPlan).toEqual({ name: 'gold', tags: ['a', 'b'] });
  });
});

test('a secret is in no outcome, trail, log, event or error, and on no wire', async () => {
  const heard: unknown[] = [];
  const hostFunctions = {
    fail: () => {
      throw new Error(`failed for ${tenant.get()}`);
    },
  };
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      for (const name of ['job:admitted', 'job:started', 'job:settled', 'host:called'] as const) {
        waybill.on(name, (event) => heard.push(event));
      }
      const source = `export default async (fails, { host, context, log }) => {
      log(context.names, await host.worker.seen());
      if (fails) await host.fail();
      return await host.worker.seen();
    }`;
      const run = (input: boolean): Promise<Outcome> => waybill.run({ source, input, trail: true });
      const outcomes = await inside(() => Promise.all([run(false), run(true)]));
      expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
      const trails = outcomes.flatMap(({ trail }) => trail ?? []);
      expect(JSON.stringify(trails)).toContain('["token","[secret]"]');
      const everythingSaid = outcomes.map((outcome) =>
        outcome.ok ? outcome : [outcome, outcome.error.stack, outcome.error.stackOf],
      );
      expect(JSON.stringify([everythingSaid, heard])).not.toContain(secret);
    },
  );
});

test('the trail names each border in the order it was crossed, and what was seen behind it', async () => {
  const hostFunctions = { look: () => 1 };
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      const source = `export default async (_, { host }) => { await host.look(); await host.worker.seen(); }`;
      const { trail = [] } = await inside(() => waybill.run({ source, trail: true }));
      const here = ['tenant', 'trace', 'plan', 'token', 'request'];
      const there = ['tenant', 'trace', 'plan', 'request'];
      const rows = trail.map(({ kind, name, context }) => [
        [kind, name].filter(Boolean).join(' '),
        ...context.map(([variable]) => variable),
      ]);
      expect(rows).toEqual([
        ['submit', ...here],
        ['worker', ...there],
        ['isolate', 'tenant', 'plan'],
        ['host call look', ...here],
        ['host call worker.seen', ...there],
        ['back', ...here],
      ]);
      const threads = trail.map(({ threadId }) =>
        threadId === trail[0]?.threadId ? 'here' : 'there',
      );
      expect(threads).toEqual(['here', 'there', 'there', 'here', 'there', 'here']);
      const plain = await waybill.run({ source });
      expect(plain).not.toHaveProperty('trail');
    },
  );
});

test('a job that a host function submits inherits the context of the job that called it', async () => {
  const hostFunctions = {
    nest: async () => {
      const outcome = await tenant.run('inner', () => started?.run({ source: leaf }));
      return [outcome?.ok === true && outcome.value, tenant.get()];
    },
    look: () => [tenant.get(), trace.get(), foreign.getStore()],
  };
  const leaf = `export default async (_, { host, context }) => [await host.look(), context.get('tenant')]`;
  let started: { run(job: { source: string }): Promise<Outcome> } | undefined;
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    started = waybill;
    const source = `export default (_, { host }) => host.nest()`;
    expect(unwrap(await inside(() => waybill.run({ source })))).toEqual([
      [['inner', 't1', 'foreign'], 'inner'],
      'acme',
    ]);
  });
});
