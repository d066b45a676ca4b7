import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const workerHostFunctions = new URL('../support/blocking.fixture.ts', import.meta.url);

test('a job whose thread is blocked by another tenant is not blamed on its guest', async () => {
  const begun = deferred();
  const hostFunctions = { begun: () => begun.resolve() };
  const options = { workerHostFunctions, hostFunctions, limits: { wallMs: 1_500 } };
  await withOrchestrator(options, async (waybill) => {
    const blocking = waybill.run({
      tenant: 'blocking',
      source: `export default async (ms, { host }) => { await host.begun(); await host.block(ms) }`,
      input: 2_200,
    });
    await begun.promise;
    const source = 'export default () => 1';
    const innocent = Array.from({ length: 10 }, () => waybill.run({ tenant: 'innocent', source }));
    for (const outcome of await Promise.all(innocent)) {
      if (outcome.ok) continue;
      expect(outcome.error).toMatchObject({
        code: 'ERR_WAYBILL_WORKER_UNRESPONSIVE',
        blame: 'host',
        retryable: true,
      });
    }
    await blocking;
  });
});

test('after a guest was stopped while it computed, the next job of its tenant runs in another isolate', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = 'export default () => { for (;;); }';
    const looping = waybill.run({ source, limits: { cpuMs: 60_000, wallMs: 300 } });
    expect(await looping).toMatchObject({ ok: false });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => waybill.run({ source: 'export default () => 1' })),
    );
    for (const outcome of outcomes) {
      // One that came in the few ms before the isolate was out of service may be lost with it, and says so.
      if (!outcome.ok) expect(outcome.error).toMatchObject({ code: 'ERR_WAYBILL_ISOLATE_LOST' });
    }
    expect(await waybill.run({ source: 'export default () => 2' })).toMatchObject({ value: 2 });
  });
});

test('an input that throws when it is read is refused with a code', async () => {
  await withOrchestrator({}, async (waybill) => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const getter = {
      get x(): never {
        throw new Error('boo');
      },
    };
    for (const input of [getter, revoked.proxy]) {
      await expect(waybill.run({ source: 'export default () => 1', input })).rejects.toMatchObject({
        code: 'ERR_WAYBILL_NOT_CARRIABLE',
      });
    }
  });
});
