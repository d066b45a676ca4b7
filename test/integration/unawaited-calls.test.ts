import { ContextVariable, JobContext } from '@waybill/context';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const account = new ContextVariable<string>({ name: 'account' });

test('a host call that its guest does not wait for is served all the same, in the context of its job', async () => {
  const served: unknown[] = [];
  const audit = (what: string): void => void served.push([what, account.get()]);
  await withOrchestrator({ hostFunctions: { audit } }, async (waybill) => {
    const source = `export default (what, { host }) => { host.audit(what); return 'done' }`;
    const names = Array.from({ length: 50 }, (_, index) => `call ${index}`);
    for (const name of names) {
      const outcome = await account.run(`account of ${name}`, () =>
        waybill.run({ source, input: name }),
      );
      expect(outcome).toMatchObject({ ok: true, value: 'done' });
    }
    expect(served).toEqual(names.map((name) => [name, `account of ${name}`]));
  });
});

test('the signal of a host call that outlives its job is aborted', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const audit = (): Promise<void> => {
    signals.push(JobContext.current()?.signal);
    return Promise.resolve();
  };
  await withOrchestrator({ hostFunctions: { audit } }, async (waybill) => {
    await waybill.run({ source: `export default (_, { host }) => { host.audit() }` });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });
});
