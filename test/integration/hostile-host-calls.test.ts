import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

test('what a guest callback throws ends nothing where the host function does not wait for it', async () => {
  const called = deferred();
  const hostFunctions = {
    each: (items: number[], callback: (item: number) => Promise<void>): void => {
      for (const item of items) void callback(item);
      called.resolve();
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = `export default async (_, { host }) => {
      await host.each([1, 2], () => { throw new Error('mine') });
      for (let call = 0; call < 20; call++) await host.each([], () => {});
      setInterval(() => host.each([3], () => new Promise(() => {})), 1);
      await host.each([4], () => {});
      return 'done';
    }`;
    expect(await waybill.run({ source })).toMatchObject({ ok: true, value: 'done' });
    await called.promise;
  });
});

test('a worker host function that throws something odd fails its own call and nothing else', async () => {
  const workerHostFunctions = new URL('../support/blocking.fixture.ts', import.meta.url);
  await withOrchestrator({ workerHostFunctions }, async (waybill) => {
    const source = `export default (_, { host }) => host.fail().catch((error) => typeof error.message)`;
    expect(await waybill.run({ source })).toMatchObject({ ok: true, value: 'string' });
    expect(await waybill.run({ source: 'export default () => 2' })).toMatchObject({ value: 2 });
  });
});

test('what a guest computes behind its result is billed to it', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `export default () => {
      let next = Promise.resolve();
      for (let step = 0; step < 20; step++) next = next.then(() => {});
      void next.then(() => { let sum = 0; for (let i = 0; i < 1e8; i++) sum += i; });
      return 1;
    }`;
    const outcome = await waybill.run({ source });
    expect(outcome.ok).toBe(true);
    // By work, not by time: on a busy machine a guest that waits for the clock computes less.
    expect(outcome.bill.cpuMs).toBeGreaterThan(10);
  });
});

test('a failing host function is reported in its own words, whatever the guest made of the error', async () => {
  const hostFunctions = {
    pay: () => {
      throw new RangeError('no credit');
    },
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = `export default async (_, { host }) => {
      try { await host.pay() } catch (error) { error.message = 'FORGED'; error.name = 'Forged'; throw error }
    }`;
    const outcome = await waybill.run({ source });
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'ERR_WAYBILL_HOST_FUNCTION_THREW',
        message: expect.stringContaining('no credit'),
      },
    });
    expect(JSON.stringify(outcome)).not.toContain('FORGED');
  });
});
