import { AsyncLocalStorage } from 'node:async_hooks';
import { ContextSnapshot, JobContext } from '@waybill/context';
import ivm from 'isolated-vm';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';

// https://github.com/laverdet/isolated-vm/issues/485: whoever calls from an isolate calls in no async context.
const store = new AsyncLocalStorage<string>();

async function whoCalls(): Promise<string> {
  const before = store.getStore() ?? 'nobody';
  await pause();
  return `${before}, ${store.getStore() ?? 'nobody'}`;
}

/** The program with nothing but the addon: a guest that awaits two host calls. */
async function runByHand(hostFunction: () => Promise<string>): Promise<unknown> {
  const isolate = new ivm.Isolate({ memoryLimit: 16 });
  try {
    const realm = await isolate.createContext();
    const guest = `
      const whoCalls = () => $0.apply(undefined, [], { result: { promise: true } });
      return (async () => [await whoCalls(), await whoCalls()].join('; '))();
    `;
    const options = { arguments: { reference: true }, result: { promise: true } } as const;
    return await realm.evalClosure(guest, [hostFunction], options);
  } finally {
    isolate.dispose();
  }
}

test('with isolated-vm alone, both host calls of a guest have lost the context of their caller', async () => {
  expect(await store.run('acme', () => runByHand(whoCalls))).toBe('nobody, nobody; nobody, nobody');
});

test('with @waybill/context alone, both host calls of the same guest keep it', async () => {
  const seen = await store.run('acme', async () => {
    using job = new JobContext({ jobId: 'job', snapshot: ContextSnapshot.capture() });
    return await runByHand(job.bind(whoCalls));
  });
  expect(seen).toBe('acme, acme; acme, acme');
});

test('with Waybill, both host calls of the same guest keep it, and nothing has to be bound', async () => {
  await withOrchestrator({ hostFunctions: { whoCalls } }, async (waybill) => {
    const source = `export default async (_, { host }) =>
      [await host.whoCalls(), await host.whoCalls()].join('; ')`;
    const outcome = await store.run('acme', () => waybill.run({ source }));
    expect(outcome).toMatchObject({ ok: true, value: 'acme, acme; acme, acme' });
  });
});
