import { ContextVariable, type CarryPolicy } from '@waybill/context';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

interface Case {
  readonly what: string;
  readonly value: unknown;
  readonly code: string;
  readonly policy?: Partial<CarryPolicy<unknown>>;
}

const notCarriable = 'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE';
const tooLarge = 'ERR_WAYBILL_CONTEXT_TOO_LARGE';
const loop: Record<string, unknown> = {};
loop['loop'] = loop;

const cases: readonly Case[] = [
  { what: 'a function', value: () => 1, code: notCarriable },
  { what: 'a Map', value: new Map(), code: notCarriable },
  { what: 'a bigint', value: 1n, code: notCarriable },
  { what: 'a cycle', value: loop, code: notCarriable },
  { what: 'not a number', value: { n: Number.NaN }, code: notCarriable },
  { what: 'a text that is too long', value: 'x'.repeat(5_000), code: tooLarge },
  {
    what: 'more than its own limit',
    value: 'eleven long',
    policy: { maxBytes: 10 },
    code: tooLarge,
  },
  {
    what: 'what its codec refuses',
    value: 'any',
    policy: {
      codec: {
        encode: () => {
          throw new TypeError('the codec refuses it');
        },
        decode: (json) => json,
      },
    },
    code: notCarriable,
  },
];

test.each(cases)(
  'a carried variable that holds $what is refused at submit by name, and nothing was admitted or sent',
  async ({ value, code, policy }) => {
    await withOrchestrator({}, async (waybill) => {
      using variable = new ContextVariable<unknown>({
        name: 'order.current',
        carry: { to: ['worker'], ...policy },
      });
      const heard: string[] = [];
      waybill.on('job:admitted', () => heard.push('admitted'));
      waybill.on('job:settled', () => heard.push('settled'));
      const job = { id: 'same', source: 'export default () => 1' };
      const refused = variable.run(value, () => waybill.run(job));
      await expect(refused).rejects.toMatchObject({
        code,
        blame: 'caller',
        retryable: false,
        variable: 'order.current',
      });
      await expect(refused).rejects.toThrow(/order\.current/);
      await expect(refused).rejects.not.toThrow(/eleven long|xxxxx/);
      const { openCount, queuedCount, pool } = await waybill.stats();
      expect([openCount, queuedCount, pool.leasedCount, heard]).toEqual([0, 0, 0, []]);
      // The id was not taken, and without the value the job runs.
      expect((await waybill.run(job)).ok).toBe(true);
    });
  },
);

test('carried variables that are too large only together are refused, naming the largest', async () => {
  await withOrchestrator({}, async (waybill) => {
    const name = (index: number): string => `part.${index}`;
    using stack = new DisposableStack();
    const parts = Array.from({ length: 40 }, (_, index) =>
      stack.use(new ContextVariable<string>({ name: name(index), carry: { to: ['worker'] } })),
    );
    const submit = (): Promise<unknown> => waybill.run({ source: 'export default () => 1' });
    const all = parts.reduce<() => Promise<unknown>>(
      (next, part, index) => () => part.run('x'.repeat(3_000 + index), next),
      submit,
    );
    await expect(all()).rejects.toMatchObject({ code: tooLarge, variable: name(39) });
  });
});

test('a carried value that the worker cannot decode fails its job by name, shows nothing of it, and the thread goes on', async () => {
  const workerHostFunctions = new URL('../support/refusing-codec.fixture.ts', import.meta.url);
  await withOrchestrator({ workerHostFunctions }, async (waybill) => {
    using variable = new ContextVariable<string>({
      name: 'order.mismatched',
      carry: { to: ['worker'] },
    });
    const job = { source: 'export default (_, { host }) => host.orderOf()' };
    const outcome = await variable.run('private value', () => waybill.run(job));
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_CONTEXT_BAD_WIRE', details: { variable: 'order.mismatched' } },
    });
    expect(outcome.ok ? '' : outcome.error.stack).not.toContain('private value');
    expect(await waybill.run(job)).toMatchObject({ ok: true, value: undefined });
  });
});

test('a value that may not leave its thread is no obstacle', async () => {
  await withOrchestrator(
    { hostFunctions: { look: () => local.get() === loop } },
    async (waybill) => {
      const source = 'export default (_, { host }) => host.look()';
      const run = (): Promise<unknown> => waybill.run({ source });
      expect(await local.run(loop, run)).toMatchObject({ ok: true, value: true });
    },
  );
});

const local = new ContextVariable<object>({ name: 'local' });
