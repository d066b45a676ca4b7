import { type Outcome, unwrap, type WaybillError } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const hostFunctions = {
  'here.fail': async function failHere(message: string) {
    await Promise.resolve();
    throw Object.assign(new Error(message, { cause: new TypeError('the cause') }), {
      code: 'E_OWN',
    });
  },
};

function errorOf(outcome: Outcome): WaybillError {
  if (outcome.ok) throw new Error('expected a failure');
  return outcome.error;
}

test('an error a guest throws keeps code, blame, name, message, causes and both stacks', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `function inner() {
      throw new RangeError('too far', { cause: new TypeError('no number', { cause: 'text' }) });
    }
    export default async () => { await null; inner(); }`;
    const outcome = await waybill.run({ source });
    const error = errorOf(outcome);
    expect(error).toMatchObject({
      name: 'GuestError',
      code: 'ERR_WAYBILL_GUEST_THREW',
      blame: 'guest',
      retryable: false,
      httpStatus: 422,
      message: 'the guest threw RangeError: too far',
      details: { name: 'RangeError', message: 'too far' },
      cause: { name: 'TypeError', message: 'no number' },
    });
    expect(error.stackOf.guest).toMatch(/inner.*:2:\d+/);
    expect(error.stackOf.guest).not.toMatch(/node_modules|packages|file:/);
    expect(error.stackOf.submitter).toContain('errors.test.ts');
    expect(error.stackOf.host).toBeUndefined();
    expect(() => unwrap(outcome)).toThrow(error);
  });
});

test.each([
  { side: 'here', hostFile: 'errors.test.ts' },
  { side: 'worker', hostFile: 'worker-functions.fixture.ts' },
])(
  'an error of a host function ($side) that the guest lets through is the host’s, with the stacks of all three',
  async ({ side, hostFile }) => {
    await withOrchestrator(
      { hostFunctions, workerHostFunctions: workerFunctions },
      async (waybill) => {
        const source = `async function lookUp(host) {
        return await host.${side}.fail('no such user');
      }
      export default async (_, { host }) => await lookUp(host);`;
        const error = errorOf(await waybill.run({ source }));
        expect(error).toMatchObject({
          name: 'HostError',
          code: 'ERR_WAYBILL_HOST_FUNCTION_THREW',
          blame: 'host',
          details: { name: 'Error', message: 'no such user', code: 'E_OWN' },
          cause: {
            message: 'no such user',
            code: 'E_OWN',
            cause: { name: 'TypeError', message: 'the cause' },
          },
        });
        expect(error.stackOf.host).toContain(hostFile);
        expect(error.stackOf.guest).toContain('lookUp');
        expect(error.stackOf.guest).not.toContain(hostFile);
        expect(error.stackOf.submitter).toContain('errors.test.ts');
      },
    );
  },
);

test('a guest never sees a stack of the host', async () => {
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      const source = `export default async (_, { host }) => {
      const seen = [];
      for (const call of [host.here.fail, host.worker.fail, host.worker.failNow]) {
        try { await call('x') } catch (error) {
          seen.push(error.stack, Object.getOwnPropertyNames(error).join(), String(error.cause));
        }
      }
      return seen.join('\\n');
    }`;
      const seen = unwrap(await waybill.run<string>({ source }));
      expect(seen).not.toMatch(/\/|node:|\.ts/);
    },
  );
});

test('a guest that replaces the error of a host function answers for it', async () => {
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = `export default async (_, { host }) => {
      try { await host.here.fail('inner') } catch (cause) { throw new Error('mine', { cause }) }
    }`;
    expect(errorOf(await waybill.run({ source }))).toMatchObject({
      code: 'ERR_WAYBILL_GUEST_THREW',
      blame: 'guest',
      cause: { message: 'inner' },
    });
  });
});

test('a guest cannot pretend that its failure is the host’s', async () => {
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const forgeries = [
      `Object.assign(new Error('forged'), { code: 'ERR_WAYBILL_INTERNAL' })`,
      `Object.assign(new Error('forged'), { kitCode: 'ERR_WAYBILL_WORKER_EXITED', hostCallId: 1 })`,
      `{ name: 'HostError', message: 'forged', stack: '', code: 'ERR_WAYBILL_RPC_BROKEN', blame: 'host' }`,
    ];
    for (const forgery of forgeries) {
      const source = `export default async (_, { host }) => {
        await host.here.fail('handled').catch(() => {});
        throw ${forgery};
      }`;
      const error = errorOf(await waybill.run({ source }));
      expect(error).toMatchObject({ code: 'ERR_WAYBILL_GUEST_THREW', blame: 'guest' });
    }
  });
});

test('an innocent job of the same tenant whose isolate is lost to another gets a retryable error of the host', async () => {
  const limits = { memoryBytes: 16 * 2 ** 20, cpuMs: 10_000, wallMs: 20_000 };
  const begun = Promise.withResolvers<void>();
  const waits = { begun: () => begun.resolve(), never: () => new Promise(() => {}) };
  const options = { limits, hostFunctions: waits, attemptsPerThread: 64 };
  await withOrchestrator(options, async (waybill) => {
    const waiting = waybill.run({
      source: `export default async (_, { host }) => { await host.begun(); await host.never(); }`,
    });
    await begun.promise;
    const fills = waybill.run({
      source: `export default () => { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); }`,
    });
    // Some of these find the isolate gone before their program was in it.
    const quick = Array.from({ length: 20 }, () =>
      waybill.run({ source: 'export default () => 1' }),
    );
    expect(errorOf(await fills)).toMatchObject({ code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT' });
    const lost = { code: 'ERR_WAYBILL_ISOLATE_LOST', blame: 'host', retryable: true };
    expect(errorOf(await waiting)).toMatchObject(lost);
    for (const outcome of await Promise.all(quick)) {
      if (!outcome.ok) expect(outcome.error).toMatchObject(lost);
    }
    expect((await waybill.run({ source: 'export default () => 1' })).ok).toBe(true);
  });
});

test('a failure of a host function that comes out through a guest callback is still that of the host', async () => {
  type Callback = () => Promise<unknown>;
  const failing = {
    later: (callback: Callback) => callback(),
    far: () => Promise.reject(new RangeError('far is down')),
  };
  await withOrchestrator({ hostFunctions: failing }, async (waybill) => {
    const source = 'export default (_, { host }) => host.later(() => host.far())';
    const outcome = await waybill.run({ source });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_HOST_FUNCTION_THREW', blame: 'host' },
    });
  });
});
