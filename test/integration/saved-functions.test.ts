import { type Deployment, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { deferred, type Deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { tenant } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

// A warm realm keeps what its module saves. Job A saves everything it was given, job B uses it.
const source = `
  let saved;
  const settle = async (work) => {
    try { return ['fulfilled', await work()] } catch (error) { return ['rejected', error.code ?? error.name] }
  };
  export default async ({ role, uses }, { host, context, signal, log }) => {
    if (role === 'A') {
      saved = { host, call: host.who, away: host.worker.tenant, context, signal, log, pending: host.hold() };
      saved.pending.catch(() => {});
      await host.who();
      if (uses === 'stays') await saved.pending;
      return context.get('tenant');
    }
    const all = {
      host: () => saved.host.who(),
      call: () => saved.call(),
      away: () => saved.away(0),
      pending: () => saved.pending,
      context: () => saved.context.get('tenant'),
      signal: () => saved.signal.aborted,
      log: () => saved.log('written by B'),
      bound: () => saved.call.call(host),
      own: () => host.who(),
    };
    const seen = {};
    for (const name of uses) seen[name] = await settle(all[name]);
    return seen;
  }`;

interface Stage {
  readonly waybill: Orchestrator;
  readonly deployment: Deployment;
  readonly held: Deferred<void>;
  readonly hold: Deferred<string>;
}

async function withSaver(fn: (stage: Stage) => Promise<void>): Promise<void> {
  const hold = deferred<string>();
  const held = deferred();
  const hostFunctions = {
    who: () => tenant.get(),
    hold: () => {
      held.resolve();
      return hold.promise;
    },
  };
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      await using deployment = await waybill.deploy({ name: 'saver', source });
      await fn({ waybill, deployment, held, hold });
    },
  );
}

function runAs(
  deployment: Deployment,
  role: 'A' | 'B',
  uses: unknown,
): ReturnType<Deployment['run']> {
  return tenant.run(role, () => deployment.run({ role, uses }));
}

const ended = ['rejected', 'ERR_WAYBILL_JOB_ENDED'];

test('a host function that job A saved acts for A as long as A runs, also when B calls it', async () => {
  await withSaver(async ({ deployment, held, hold }) => {
    const a = runAs(deployment, 'A', 'stays');
    await held.promise;
    const b = await runAs(deployment, 'B', ['host', 'call', 'away', 'bound', 'context', 'own']);
    expect(unwrap(b)).toEqual({
      host: ['fulfilled', 'A'],
      call: ['fulfilled', 'A'],
      away: ['fulfilled', ['A', 'A']],
      bound: ['fulfilled', 'A'],
      context: ['fulfilled', 'A'],
      own: ['fulfilled', 'B'],
    });
    hold.resolve('released');
    expect(unwrap(await a)).toBe('A');
  });
});

test('a host function that job A saved refuses once A has settled, and never acts for B', async () => {
  await withSaver(async ({ deployment, hold }) => {
    expect(unwrap(await runAs(deployment, 'A', 'returns'))).toBe('A');
    const b = await runAs(deployment, 'B', ['host', 'call', 'away', 'bound', 'own']);
    expect(unwrap(b)).toEqual({
      host: ended,
      call: ended,
      away: ended,
      bound: ended,
      own: ['fulfilled', 'B'],
    });
    hold.resolve('late');
  });
});

test('a promise of a host call that job A saved brings its reply to nobody once A has settled', async () => {
  await withSaver(async ({ deployment, held, hold }) => {
    const a = runAs(deployment, 'A', 'returns');
    await held.promise;
    await a;
    hold.resolve('the reply to A');
    expect(unwrap(await runAs(deployment, 'B', ['pending']))).toEqual({ pending: ended });
  });
});

test('a log that job A saved writes into A’s log as long as A runs, and nowhere afterwards', async () => {
  await withSaver(async ({ deployment, held, hold }) => {
    const a = runAs(deployment, 'A', 'stays');
    await held.promise;
    expect((await runAs(deployment, 'B', ['log'])).logs).toEqual([]);
    hold.resolve('released');
    expect((await a).logs.map(({ text }) => text)).toEqual(['written by B']);
    expect((await runAs(deployment, 'B', ['log'])).logs).toEqual([]);
  });
});

test('a context that job A saved refuses once A has settled, and says nothing about B', async () => {
  await withSaver(async ({ deployment, hold }) => {
    await runAs(deployment, 'A', 'returns');
    const b = await runAs(deployment, 'B', ['context']);
    expect(unwrap(b)).toEqual({ context: ended });
    hold.resolve('late');
  });
});

test('a guest callback that job A passed out refuses once A has settled', async () => {
  const kept: (() => Promise<unknown>)[] = [];
  const hostFunctions = {
    keep: async (callback: () => Promise<string>) => {
      kept.push(callback);
      return callback();
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const guest = `export default async (_, { host }) => host.keep(() => 'called')`;
    await using deployment = await waybill.deploy({ name: 'f', source: guest });
    expect(unwrap(await deployment.run())).toBe('called');
    await expect(kept[0]?.()).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
    const second = deployment.run();
    await second;
    await expect(kept[0]?.()).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
  });
});

test('timers and reactions that job A left behind cannot speak for anybody', async () => {
  const seen: unknown[] = [];
  await withOrchestrator(
    { hostFunctions: { who: () => seen.push(tenant.get()) } },
    async (waybill) => {
      const guest = `
      let later;
      export default async (role, { host, log }) => {
        if (role === 'A') {
          setTimeout(() => host.who(), 1);
          later = (async () => { for (let i = 0; i < 50; i++) await null; log('left'); await host.who(); })();
          later.catch(() => {});
          return 'A';
        }
        await new Promise((done) => { setTimeout(done, 20) });
        await later.catch(() => {});
        return 'B';
      }`;
      await using deployment = await waybill.deploy({ name: 'f', source: guest });
      await tenant.run('A', () => deployment.run('A'));
      const b = await tenant.run('B', () => deployment.run('B'));
      expect([unwrap(b), b.logs, seen]).toEqual(['B', [], []]);
    },
  );
});
